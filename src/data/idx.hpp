// The IDX format of MNIST: a big-endian header (magic number, then one count per dimension)
// followed by unsigned bytes. Raw or gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plumb::data {

struct IdxImages {
  std::string name;  // of the file, for messages
  std::size_t count = 0;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::uint8_t> pixels;  // (count, rows, columns)

  [[nodiscard]] std::size_t pixels_per_image() const noexcept { return rows * columns; }
};

struct IdxLabels {
  std::string name;
  std::vector<std::uint8_t> values;  // (count)
};

/// Throws core::IoError "FILE: what is wrong; what is allowed" on a wrong magic number, an image
/// size of 0, no images, too few bytes, or bytes left over.
IdxImages read_idx_images(const std::filesystem::path& path);

/// The same for labels, which are left as they are.
IdxLabels read_idx_labels(const std::filesystem::path& path);

}  // namespace plumb::data
