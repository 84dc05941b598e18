// Values on their way from a study file to a run: as written, then checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace plumb::study {

/// A value as the user wrote it, before anybody knows whether it fits its key.
struct Written {
  /// Something no key takes: "a table", "a date".
  struct Unsupported {
    std::string what;
  };
  using List = std::vector<Written>;

  std::variant<std::int64_t, double, bool, std::string, List, Unsupported> value;
  std::string where;  // "FILE:LINE" or "--set KEY=VALUE"
};

/// A key with what was written for it.
struct WrittenKey {
  std::string table;  // "network"; empty for a key outside any table
  std::string name;   // "depth"
  std::string where;
  Written value;

  [[nodiscard]] std::string full_name() const { return table.empty() ? name : table + "." + name; }
};

/// A value that fits its key: an integer, a number, true or false, a word or text, a list of steps.
using Value = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>>;

/// As it reads in messages and labels: 10, 0.01, true, relu, [0, 100].
std::string to_text(const Value& value);

/// One line, without control characters and not endless, for messages.
std::string printable(const std::string& text, std::size_t longest = 200);

/// A letter, a digit, "-" or "_": what study.name is made of.
bool is_name_character(char c) noexcept;

}  // namespace plumb::study
