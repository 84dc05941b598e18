#include "study/overrides.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "study/key.hpp"
#include "study/toml_reader.hpp"
#include "study/unknown.hpp"

namespace plumb::study {

namespace {

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
