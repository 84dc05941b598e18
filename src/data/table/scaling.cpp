#include "data/table/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace plumb::data {

double Scaling::Column::magnitude() const { return std::max(std::abs(least), std::abs(largest)); }

std::vector<Scaling::Column> Scaling::measure(std::span<const float> values, std::size_t inputs) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<Column> columns(inputs, Column{kInfinity, -kInfinity, 0, 0});
  std::vector<std::size_t> counts(inputs);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    Column& column = columns[i % inputs];
    column.least = std::min<double>(column.least, values[i]);
    column.largest = std::max<double>(column.largest, values[i]);
    column.mean += values[i];
    ++counts[i % inputs];
  }
  for (std::size_t c = 0; c < inputs; ++c) {
    if (counts[c] == 0)
      columns[c] = {};  // nothing but missing values: all become 0
    else
      columns[c].mean /= static_cast<double>(counts[c]);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const double difference = values[i] - columns[i % inputs].mean;
    columns[i % inputs].deviation += difference * difference;
  }
  for (std::size_t c = 0; c < inputs; ++c) {
    if (counts[c] == 0) continue;
    columns[c].deviation = std::sqrt(columns[c].deviation / static_cast<double>(counts[c]));
  }
  return columns;
}

Scaling::Scaling(Scale kind, std::span<const float> values, std::size_t inputs)
    : kind_(kind), columns_(measure(values, inputs)) {
  for (const Column& column : columns_) {
    largest_ = std::max(largest_, static_cast<float>(column.magnitude()));
  }
}

float Scaling::scaled(float value, const Column& column) const {
  const bool is_constant = column.least == column.largest;
  switch (kind_) {
    case Scale::Standard:
      if (is_constant) return 0;
      return static_cast<float>((value - column.mean) / column.deviation);
    case Scale::Range:
      if (is_constant) return 0;
      return static_cast<float>((value - column.least) / (column.largest - column.least));
    case Scale::Magnitude:
      return largest_ == 0 ? value : value / largest_;
    case Scale::None:
      return value;
  }
  throw std::logic_error("a scale without its formula");
}

void Scaling::apply(std::span<float> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column& column = columns_[i % columns_.size()];
    const float value = std::isnan(values[i]) ? static_cast<float>(column.mean) : values[i];
    values[i] = scaled(value, column);
  }
}

std::string Scaling::describe() const {
  switch (kind_) {
    case Scale::Standard:
      return "standard, per column";
    case Scale::Range:
      return "range 0 to 1, per column";
    case Scale::Magnitude:
      return fmt::format("divided by {}, the largest magnitude", largest_);
    case Scale::None:
      return "none";
  }
  throw std::logic_error("a scale without a description");
}

}  // namespace plumb::data
