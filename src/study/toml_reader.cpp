#include "study/toml_reader.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "core/error.hpp"
#include "study/bare_word.hpp"
#include "study/key.hpp"
#include "study/suggest.hpp"

namespace plumb::study {

namespace {

/// What follows the equals sign of a line, counted from 1; empty when there is none.
std::string value_in_line(const std::string& text, std::size_t number) {
  std::istringstream lines(text);
  std::string line;
  for (std::size_t i = 0; i < number; ++i) {
    if (!std::getline(lines, line)) return {};
  }
  const std::size_t equals = line.find('=');
  return equals == std::string::npos ? "" : line.substr(equals + 1);
}

/// Where a piece of the text lies, for messages.
using Where = std::function<std::string(const toml::source_region&)>;

Written convert(const toml::node& node, const Where& where) {
  Written written{Written::Unsupported{"a date or time"}, where(node.source())};
  if (const auto* integer = node.as_integer()) written.value = integer->get();
  if (const auto* number = node.as_floating_point()) written.value = number->get();
  if (const auto* boolean = node.as_boolean()) written.value = boolean->get();
  if (const auto* string = node.as_string()) written.value = string->get();
  if (node.is_table()) written.value = Written::Unsupported{"a table"};
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
    throw core::UsageError(
        fmt::format("{}: not valid TOML: {}{}; allowed: TOML 1.0 (toml.io)", where(error.source()),
                    printable(std::string(error.description())),
                    quotes_hint(value_in_line(text, error.source().begin.line))));
  }
}

namespace {

/// One value, e.g. `[4, 8]`. Every `where` in it is the one given.
Written read_toml_value(const std::string& text, const std::string& where) {
  std::string reason = "more than one value";
  try {
    const toml::table root = toml::parse("value = " + text);
    const toml::node* node = root.get("value");
    if (root.size() == 1 && node != nullptr) {
      return convert(*node, [&](const toml::source_region&) { return where; });
    }
  } catch (const toml::parse_error& error) {
    reason = printable(std::string(error.description())) + quotes_hint(text);
  }
  throw core::UsageError(
      fmt::format("{}: not a TOML value: {}; allowed: KEY=VALUE, VALUE a "
                  "number, a word, a \"string\" or a [list]",
                  where, reason));
}

/// The text as a TOML string, quoted and checked to be UTF-8 without control characters.
Written read_bare_text(const std::string& text, const std::string& where) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return read_toml_value(quoted + "\"", where);
}

std::string trimmed(const std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// TOML that cannot be anything but TOML: a string, a list, a table.
bool is_bracketed(const std::string& text) { return text.find_first_of("\"'[{") == 0; }

bool looks_like_a_word(const std::string& text) {
  const bool letter = (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z');
  return letter && text != "true" && text != "false" && text != "nan" && text != "inf";
}

Written parse_scalar(const std::string& text, bool takes_text, const std::string& where) {
  if (text.empty()) return read_toml_value(text, where);  // throws: nothing there
  const bool bare = !is_bracketed(text) && (takes_text || looks_like_a_word(text));
  return bare ? read_bare_text(text, where) : read_toml_value(text, where);
}

/// A list whose elements may be bare words, as shells leave them: [relu, tanh].
Written parse_bare_list(const std::string& text, bool takes_text, const std::string& where) {
  Written::List list;
  const std::string inside = trimmed(text.substr(1, text.size() - 2));
  for (std::size_t start = 0; start < inside.size();) {
    const std::size_t comma = std::min(inside.find(',', start), inside.size());
    list.push_back(parse_scalar(trimmed(inside.substr(start, comma - start)), takes_text, where));
    start = comma + 1;
  }
  return {std::move(list), where};
}

Written parse_value(const std::string& text, bool takes_text, const std::string& where) {
  const bool list = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  // Quotes, inner lists and comments are left to TOML itself.
  const bool simple = text.find_first_of("\"'[]{}#", 1) == text.size() - 1;
  return list && simple ? parse_bare_list(text, takes_text, where)
                        : parse_scalar(text, takes_text, where);
}

}  // namespace

WrittenKey parse_override(const std::string& argument) {
  const std::string where = "--set " + printable(argument);
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos) {
    throw core::UsageError(where + ": no value; allowed: KEY=VALUE, such as train.steps=50");
  }
  const std::string name = trimmed(argument.substr(0, equals));
  const Key* key = find_key(name);
  if (key == nullptr) throw core::UsageError(unknown_key(name, where));
  const std::string value = trimmed(argument.substr(equals + 1));
  return {key->table(), key->short_name(), where, parse_value(value, key->takes_text(), where)};
}

}  // namespace plumb::study
