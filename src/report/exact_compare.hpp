// `plumbline compare --exact`: do two histories hold the same bits?
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "h5/group.hpp"

namespace plumb::report {

/// The first difference between two histories in anything but /timing and /config, in one line:
/// the object, the place along its axes and both values in full ("/gradients/delta_rms at step 12,
/// layer 3: 0.1 (0x1.999999999999ap-4) in A, ..."). Nothing when all bits are equal; a
/// NaN equals one of the same bits. A and B may also be two folders: then every history
/// (*.h5) of one is compared with the one of the same name in the other.
/// Throws core::IoError when a file cannot be read or is not one of ours.
std::optional<std::string> first_difference(const std::filesystem::path& a,
                                            const std::filesystem::path& b);

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
