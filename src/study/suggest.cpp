#include "study/suggest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "study/key.hpp"

namespace plumb::study {

namespace {

bool begins(std::string_view shorter, std::string_view longer) {
  return shorter.size() >= 4 && longer.starts_with(shorter);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return table[i * columns + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, substituted});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // nobody means a known word by more letters than that
  if (word.size() > kLongest) return "";
  std::string best;
  std::size_t least = kLongest;
  for (const std::string& candidate : known) {
    std::size_t distance = edit_distance(word, candidate);
    const bool near_enough = distance * 3 <= std::max(word.size(), candidate.size());
    const bool beginning = begins(word, candidate) || begins(candidate, word);
    if ((near_enough || beginning) && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

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
