#include "study/unknown.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "study/key.hpp"
#include "study/suggest.hpp"

namespace plumb::study {

namespace {

std::vector<std::string> keys_in(const std::string& table) {
  std::vector<std::string> names;
  for (const Key& key : key_table()) {
    if (key.table() == table) names.push_back(key.short_name());
  }
  return names;
}

/// The key with this last name in whatever table has it, misspelt or not.
std::string nearest_in_any_table(const std::string& short_name) {
  std::vector<std::string> names;
  for (const Key& key : key_table()) names.push_back(key.short_name());
  const std::string found = nearest(short_name, names);
  for (const Key& key : key_table()) {
    if (!found.empty() && key.short_name() == found) return key.name;
  }
  return "";
}

std::string nearest_key(const std::string& table, const std::string& short_name) {
  std::string elsewhere = nearest_in_any_table(short_name);
  // The right name in the wrong table beats a misspelling in this one.
  if (elsewhere.ends_with("." + short_name)) return elsewhere;
  const std::string here = nearest(short_name, keys_in(table));
  return here.empty() ? elsewhere : table + "." + here;
}

std::string did_you_mean(const std::string& name) {
  return name.empty() ? "" : fmt::format("did you mean {}? ", name);
}

std::string allowed_tables() { return fmt::format("[{}]", fmt::join(table_names(), "], [")); }

}  // namespace

std::string unknown_key(const std::string& name, const std::string& where) {
  const std::size_t dot = name.find('.');
  const std::string table = dot == std::string::npos ? "" : name.substr(0, dot);
  const std::string short_name = name.substr(dot == std::string::npos ? 0 : dot + 1);
  const auto known = keys_in(table);
  const std::string allowed =
      known.empty() ? "allowed: keys in " + allowed_tables()
                    : fmt::format("allowed in [{}]: {}", table, fmt::join(known, ", "));
  return fmt::format("{}: unknown key {}; {}{}", where, printable(name),
                     did_you_mean(nearest_key(table, short_name)), allowed);
}

std::string unknown_table(const std::string& name, const std::string& where) {
  const std::string meant = nearest(name, table_names());
  return fmt::format("{}: unknown table [{}]; {}allowed: {}", where, printable(name),
                     did_you_mean(meant.empty() ? "" : "[" + meant + "]"), allowed_tables());
}

}  // namespace plumb::study
