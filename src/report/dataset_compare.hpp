// Private to this room: two datasets, bit by bit.
#pragma once

#include <optional>
#include <string>

#include "h5/group.hpp"

namespace plumb::report {

/// A dataset and the group it lies in, which holds the scales of its axes.
struct PlacedDataset {
  const h5::Group& group;
  h5::Dataset dataset;
};

/// "/path ...: x in A, y in B", or nothing. `a` and `b` (file names) end up in the text.
std::optional<std::string> first_dataset_difference(const PlacedDataset& a, const PlacedDataset& b);

/// "0.1 (0x1.999999999999ap-4)"; "nan (bits 7ff8000000000000)".
std::string exact_text(double value);
std::string exact_text(float value);

}  // namespace plumb::report
