// `plumbline compare --exact`: do two histories hold the same bits?
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace plumb::report {

/// The first difference between two histories in anything but /timing and /config, in one line:
/// the object, the place along its axes and both values in full ("/gradients/delta_rms at step 12,
/// layer 3: 0.1 (0x1.999999999999ap-4) in A, ..."). Nothing when all bits are equal; a
/// NaN equals one of the same bits. A and B may also be two folders: then every history
/// (*.h5) of one is compared with the one of the same name in the other.
/// Throws core::IoError when a file cannot be read or is not one of ours.
std::optional<std::string> first_difference(const std::filesystem::path& a,
                                            const std::filesystem::path& b);

}  // namespace plumb::report
