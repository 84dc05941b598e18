// What a key may hold, and the check of a written value against it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
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

/// A value that fits its key: an integer, a number, true or false, a word or text, a list of steps
/// or widths.
using Value = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>>;

/// As it reads in messages and labels: 10, 0.01, true, relu, [0, 100].
std::string to_text(const Value& value);

/// One line, without control characters and not endless, for messages.
std::string printable(const std::string& text, std::size_t longest = 200);

/// A letter, a digit, "-" or "_": what study.name is made of.
bool is_name_character(char c) noexcept;

struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();  // no limit
  bool odd = false;                                              // odd integers only
};

/// Up to `high` and including it.
struct RealRange {
  enum class Low { Included, Excluded };
  double low = 0;
  Low low_end = Low::Included;
  double high = 0;
};

struct Choice {
  std::vector<std::string> names;
};

/// true or false.
struct Flag {};

/// A number, or one word in its place.
struct NumberOrWord {
  RealRange range;
  std::string word;
};

/// A number of units for all hidden layers, or a list with that of each. A list of the key itself
/// is a sweep, so the widths of one network stand in a list inside it.
struct LayerWidths {
  IntegerRange range;
  std::size_t most_layers = 0;
};

/// Letters, digits, - and _.
struct Identifier {};

/// Any text: a path.
struct Text {};

/// Columns of a table by name or number, as one text with commas between them: one column, or where
/// there may be several a list, which is the value and never swept.
struct ColumnNames {
  bool several = false;
};

/// A list of numbers of steps; the list is the value, so it is never swept.
struct StepNumbers {};

using Domain = std::variant<IntegerRange, RealRange, Flag, Choice, NumberOrWord, LayerWidths,
                            Identifier, Text, ColumnNames, StepNumbers>;

/// "an integer from 1 to 10000", "a finite number > 0", "true or false", "one of tree, mpi".
std::string allowed_values(const Domain& domain);

/// The value in its domain's own form. An integer is taken where a number is expected, never the
/// reverse. Throws core::UsageError, which names the key, for a wrong type and for a value out of
/// range.
Value check_value(const std::string& key, const Domain& domain, const Written& written);

}  // namespace plumb::study
