// Data sets in the layout of MNIST: a folder of four IDX files.
#pragma once

#include <filesystem>
#include <memory>

#include "data/dataset.hpp"

namespace plumb::data {

/// Reads train-images-idx3-ubyte, train-labels-idx1-ubyte and, where they are, the t10k- pair of
/// the test split, each raw or with .gz. Ten classes; a pixel is byte / 255. samples > 0: only the
/// first so many of the training split.
/// Throws core::IoError for files that cannot be used, core::UsageError for too many samples.
std::unique_ptr<const Dataset> open_idx(const std::filesystem::path& folder, std::uint64_t samples);

}  // namespace plumb::data
