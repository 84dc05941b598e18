// Which history files a command line means.
#pragma once

#include <filesystem>
#include <vector>

namespace plumb::report {

/// The histories that the paths stand for, each once: a history file, a folder (its *.h5), or a
/// result.json (its folder). Throws core::IoError that names a path which is missing or holds no
/// history.
std::vector<std::filesystem::path> find_histories(const std::vector<std::filesystem::path>& paths);

}  // namespace plumb::report
