// Which files of a folder are the data set in MNIST's format.
#pragma once

#include <filesystem>
#include <optional>

namespace plumb::data {

/// Images and labels of a split.
struct IdxPair {
  std::filesystem::path images;
  std::filesystem::path labels;
};

struct IdxFiles {
  IdxPair train;
  std::optional<IdxPair> test;
};

/// `path` is a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte and, where they are,
/// the t10k- (or test-) pair; a dot may stand before idx (train-images.idx3-ubyte), and each may
/// end in .gz. Names may begin with that of a data set (emnist-letters-train-images-idx3-ubyte): of
/// the only one in the folder, or of the one that stands behind the folder in `path`. Throws
/// core::IoError "FILE: what is wrong; what is allowed", which names near misses.
IdxFiles find_idx_files(const std::filesystem::path& path);

}  // namespace plumb::data
