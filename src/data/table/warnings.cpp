#include "data/table/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plumb::data {
namespace {

constexpr std::size_t kFewestToCount = 10;  // rows; fewer may well be 1, 2, 3 by chance

/// Whether a column goes up by 1 from row to row, or from line to line where rows were left out.
bool counts_rows(const Table& table, std::size_t input) {
  if (table.rows() < kFewestToCount) return false;
  const auto value = [&](std::size_t row) {
    return static_cast<double>(table.values[row * table.inputs() + input]);
  };
  bool by_row = value(0) == std::floor(value(0));
  bool by_line = by_row;
  for (std::size_t row = 0; row < table.rows() && (by_row || by_line); ++row) {
    const double above_first = value(row) - value(0);
    by_row = by_row && above_first == static_cast<double>(row);
    by_line = by_line && above_first == static_cast<double>(table.lines[row] - table.lines[0]);
  }
  return by_row || by_line;
}

}  // namespace

std::vector<std::string> column_warnings(const Table& train) {
  std::vector<std::string> warnings;
  for (std::size_t input = 0; input < train.inputs(); ++input) {
    if (!counts_rows(train, input)) continue;
    const std::size_t column = train.columns.inputs[input];
    warnings.push_back(fmt::format("{}: {} counts the rows; data.drop = {} leaves it out",
                                   train.file(), train.columns.describe(column), column + 1));
  }
  return warnings;
}

void add_target_warning(const std::string& file, std::span<const double> targets,
                        std::vector<std::string>& warnings) {
  constexpr double kLarge = 100;
  const auto [least, largest] = std::ranges::minmax(targets);
  if (std::max(std::abs(least), std::abs(largest)) <= kLarge) return;
  warnings.push_back(fmt::format(
      "{}: the values to be predicted lie from {:g} to {:g}; divide them in the file so that they "
      "are of the order of 1, or take a very small train.learning_rate",
      file, least, largest));
}

}  // namespace plumb::data
