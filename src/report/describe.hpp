// `plumbline info FILE`: what a result file holds.
#pragma once

#include <filesystem>
#include <string>

namespace plumb::report {

/// Status, recorded steps, network, settings, provenance, then every group and dataset with type,
/// shape and unit. Throws core::IoError when the file is not one of ours.
std::string describe_history(const std::filesystem::path& file);

}  // namespace plumb::report
