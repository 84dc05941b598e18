#include "study/toml_reader.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>

#include "core/error.hpp"

namespace plumb::study {

namespace {

/// Where a piece of the text lies, for messages.
using Where = std::function<std::string(const toml::source_region&)>;

Written convert(const toml::node& node, const Where& where) {
  Written written{Written::Foreign{"a date or time"}, where(node.source())};
  if (const auto* integer = node.as_integer()) written.value = integer->get();
  if (const auto* number = node.as_floating_point()) written.value = number->get();
  if (const auto* boolean = node.as_boolean()) written.value = boolean->get();
  if (const auto* string = node.as_string()) written.value = string->get();
  if (node.is_table()) written.value = Written::Foreign{"a table"};
  if (const auto* array = node.as_array()) {
    Written::List list;
    for (const toml::node& element : *array) list.push_back(convert(element, where));
    written.value = std::move(list);
  }
  return written;
}

struct Entry {
  const toml::key* key;
  const toml::node* node;
};

/// toml++ sorts keys by name; users read messages in the order of their file.
std::vector<Entry> entries_as_written(const toml::table& table) {
  std::vector<Entry> entries;
  for (const auto& [key, node] : table) entries.push_back({&key, &node});
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.key->source().begin < b.key->source().begin;
  });
  return entries;
}

WrittenKey convert_key(const std::string& table, const Entry& entry, const Where& where) {
  return {table, std::string(entry.key->str()), where(entry.key->source()),
          convert(*entry.node, where)};
}

WrittenTable convert_table(const Entry& entry, const Where& where) {
  const std::string name(entry.key->str());
  WrittenTable table{name, where(entry.key->source()), {}};
  for (const Entry& inner : entries_as_written(*entry.node->as_table())) {
    table.keys.push_back(convert_key(name, inner, where));
  }
  return table;
}

}  // namespace

std::vector<WrittenTable> read_toml(const std::string& text, const std::string& file_name) {
  const Where where = [&](const toml::source_region& region) {
    return fmt::format("{}:{}", file_name, region.begin.line);
  };
  try {
    const toml::table root = toml::parse(text);
    std::vector<WrittenTable> tables;
    WrittenTable outside;
    for (const Entry& entry : entries_as_written(root)) {
      if (entry.node->is_table()) {
        tables.push_back(convert_table(entry, where));
      } else {
        outside.keys.push_back(convert_key("", entry, where));
      }
    }
    tables.insert(tables.begin(), std::move(outside));
    return tables;
  } catch (const toml::parse_error& error) {
    throw core::UsageError(fmt::format("{}: not valid TOML: {}; allowed: TOML 1.0 (toml.io)",
                                       where(error.source()),
                                       printable(std::string(error.description()))));
  }
}

Written read_toml_value(const std::string& text, const std::string& where) {
  std::string reason = "more than one value";
  try {
    const toml::table root = toml::parse("value = " + text);
    const toml::node* node = root.get("value");
    if (root.size() == 1 && node != nullptr) {
      return convert(*node, [&](const toml::source_region&) { return where; });
    }
  } catch (const toml::parse_error& error) {
    reason = printable(std::string(error.description()));
  }
  throw core::UsageError(
      fmt::format("{}: not a TOML value: {}; allowed: KEY=VALUE, VALUE a "
                  "number, a word, a \"string\" or a [list]",
                  where, reason));
}

Written read_bare_text(const std::string& text, const std::string& where) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return read_toml_value(quoted + "\"", where);
}

}  // namespace plumb::study
