// What a look at all training samples tells of a data set, beyond its shape: for the line that a
// run begins with, and for warnings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/dataset.hpp"

namespace plumb::data {

struct DataFacts {
  /// Training samples of each class; empty where they are drawn, or where values are predicted.
  std::vector<std::uint64_t> class_counts;
  /// All samples of a class stand together.
  bool sorted_by_class = false;
  /// Mean square of the training targets about their mean; of values to be predicted, else 0.
  double target_variance = 0;
  /// Largest and smallest standard deviation of a column, constant columns apart, and which
  /// columns these are, from 0; all 0 for images and for data that is drawn.
  double widest = 0;
  double narrowest = 0;
  std::size_t widest_column = 0;
  std::size_t narrowest_column = 0;

  [[nodiscard]] std::vector<std::size_t> classes_without_samples() const;
  /// Share of each class among the training samples; equal shares where they are not counted.
  [[nodiscard]] std::vector<double> frequencies(std::size_t classes) const;
};

/// Reads every training sample once; of data that is drawn only the first ones, and only where
/// values are predicted. Throws what Dataset::read() throws.
DataFacts look_at(const Dataset& dataset);

}  // namespace plumb::data
