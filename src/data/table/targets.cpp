#include "data/table/targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kAlwaysFew = 10;    // classes, of however few samples
constexpr std::size_t kSamplesEach = 10;  // at least, on average, where there are more classes

bool are_many(std::size_t different, std::size_t rows) {
  return different > kAlwaysFew && different * kSamplesEach > rows;
}

/// "; data.label = first has 3 different values" where the first column looks more like a label.
std::string better_label(const Table& table) {
  if (table.columns.inputs.front() != 0) return "";
  std::set<float> different;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const float value = table.values[row * table.inputs()];
    if (value != std::floor(value)) return "";
    different.insert(value);
    if (are_many(different.size(), table.rows())) return "";
  }
  if (different.size() < 2 || different.size() == table.rows()) return "";
  return fmt::format(" (the first column holds {} different whole numbers)", different.size());
}

[[noreturn]] void refuse_measurement(const Table& table, const std::string& where,
                                     const std::string& why) {
  throw core::IoError(fmt::format(
      "{}{}: the label, {}, looks like a measurement: {}; allowed: data.label = first, or the name "
      "or number of another column{}, or data.task = regression",
      table.file(), where, table.columns.describe(table.columns.label), why, better_label(table)));
}

void refuse_fractions(const Table& table) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double value = to_number(table.labels[row]).value_or(0);
    if (value == std::floor(value)) continue;
    refuse_measurement(table, fmt::format(":{}", table.lines[row]),
                       fmt::format("it is {}", table.labels[row]));
  }
}

/// It would be a class of its own, but is rather a slip, or a header that was not seen.
void refuse_single_word(const Table& table) {
  std::size_t words = 0;
  std::size_t last = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (to_number(table.labels[row])) continue;
    ++words;
    last = row;
  }
  if (words != 1 || table.rows() == 1) return;
  throw core::IoError(fmt::format(
      "{}:{}: the label, {}, is \"{}\", and a number in all other lines; a number is allowed",
      table.file(), table.lines[last], table.columns.describe(table.columns.label),
      table.labels[last]));
}

}  // namespace

LabelMap find_classes(const Table& table) {
  refuse_single_word(table);
  const std::vector<std::string_view> labels(table.labels.begin(), table.labels.end());
  LabelMap classes = LabelMap::of_texts(labels);
  if (classes.is_numeric()) refuse_fractions(table);
  if (are_many(classes.size(), table.rows()) || classes.size() > kMostClasses) {
    refuse_measurement(
        table, "",
        fmt::format("it has {} different values in {} samples", classes.size(), table.rows()));
  }
  if (classes.size() < 2) {
    throw core::IoError(fmt::format(
        "{}: the label, {}, is {} in every line; at least two classes are needed (data.label names "
        "the column)",
        table.file(), table.columns.describe(table.columns.label), table.labels.front()));
  }
  return classes;
}

std::vector<double> classes_of(const Table& table, const LabelMap& classes,
                               const std::string& from) {
  std::vector<double> targets;
  targets.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto found = classes.find(std::string_view(table.labels[row]));
    if (!found) {
      throw core::IoError(fmt::format("{}:{}: the label is \"{}\"; those of {} are allowed: {}",
                                      table.file(), table.lines[row], table.labels[row], from,
                                      classes.list()));
    }
    targets.push_back(*found);
  }
  return targets;
}

std::vector<double> values_of(const Table& table) {
  std::vector<double> targets;
  targets.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto value = to_number(table.labels[row]);
    if (!value) {
      throw core::IoError(fmt::format(
          "{}:{}: the label, {}, is \"{}\"; with data.task = regression numbers are allowed",
          table.file(), table.lines[row], table.columns.describe(table.columns.label),
          table.labels[row]));
    }
    targets.push_back(*value);
  }
  return targets;
}

}  // namespace plumb::data
