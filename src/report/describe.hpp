// `plumbline info FILE...`: what a result file holds.
#pragma once

#include <filesystem>
#include <string>

namespace plumb::report {

/// The lines that matter: status, recorded steps, network, data, training, result, gradients,
/// layout, speed and where the time went. With `all` also layers, theory, every setting,
/// provenance, and every dataset with type, shape and unit. The file may be one that is being
/// written. Throws core::IoError when it cannot be read or is not one of ours.
std::string describe_history(const std::filesystem::path& file, bool all = false);

}  // namespace plumb::report
