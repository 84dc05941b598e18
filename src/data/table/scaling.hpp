// Columns brought to one size, and missing values replaced, by what the training samples say.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "data/source.hpp"

namespace plumb::data {

class Scaling {
 public:
  /// values: (rows, inputs), the training samples; NaN where one is missing.
  Scaling(Scale kind, std::span<const float> values, std::size_t inputs);

  /// Scales (rows, inputs) in place; a missing value becomes the column's mean first.
  void apply(std::span<float> values) const;
  /// Such as "standard, per column".
  [[nodiscard]] std::string describe() const;

 private:
  struct Column {
    double least = 0;
    double largest = 0;
    double mean = 0;
    double deviation = 0;

    [[nodiscard]] double magnitude() const;
  };

  [[nodiscard]] static std::vector<Column> measure(std::span<const float> values,
                                                   std::size_t inputs);
  [[nodiscard]] float scaled(float value, const Column& column) const;

  Scale kind_;
  std::vector<Column> columns_;
  float largest_ = 0;  // magnitude of all
};

}  // namespace plumb::data
