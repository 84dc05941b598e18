// Data sets in text files of comma-separated numbers.
#pragma once

#include <filesystem>
#include <memory>

#include "data/dataset.hpp"

namespace plumb::data {

/// Reads a training file and, unless test_path is empty, a test file (see csv_table.hpp).
/// Features of both are divided by the largest magnitude in the training file, so that training
/// inputs lie in [-1, 1]. Classes: the training file's largest label and 1; a larger label in the
/// test file is an error. samples > 0: only the first so many of the training file are used, but
/// scale and classes are still those of the whole file.
/// Throws core::IoError for files that cannot be used, core::UsageError for too many samples.
std::unique_ptr<const Dataset> open_csv(const std::filesystem::path& path,
                                        const std::filesystem::path& test_path,
                                        std::uint64_t samples);

}  // namespace plumb::data
