#include "data/idx_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "data/gz_file.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kMaxImageSide = 65535;
// The content grows with what is really there, so a wrong count in a header costs no memory.
constexpr std::uint64_t kGrowBytes = std::uint64_t{16} << 20;

[[noreturn]] void fail(const GzFile& file, const std::string& wrong, const std::string& allowed) {
  throw core::IoError(fmt::format("{}: {}; {}", file.name(), wrong, allowed));
}

[[noreturn]] void fail_truncated(const GzFile& file, std::uint64_t expected, std::uint64_t found) {
  fail(file,
       fmt::format("truncated: {} bytes expected, {} found{}", expected, found,
                   file.ends_early() ? " before the gzip data breaks off" : ""),
       "the complete IDX file is needed");
}

/// The magic number's low bytes: type 08 (unsigned byte), then the number of dimensions.
template <std::size_t Dimensions>
std::array<std::size_t, Dimensions> read_header(GzFile& file) {
  constexpr std::size_t kHeaderBytes = 4 * (1 + Dimensions);
  std::array<std::uint8_t, kHeaderBytes> bytes{};
  const std::size_t found = file.read(bytes);
  const auto number = [&bytes](std::size_t i) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < 4; ++k) value = value << 8U | bytes[4 * i + k];
    return value;
  };
  constexpr std::uint32_t kMagic = 0x00000800U + Dimensions;
  if (found >= 4 && number(0) != kMagic) {
    fail(file,
         fmt::format("wrong magic number: 0x{:08x} expected, 0x{:08x} found", kMagic, number(0)),
         fmt::format("an IDX file of unsigned bytes with {} dimension{} is allowed", Dimensions,
                     Dimensions == 1 ? "" : "s"));
  }
  if (found < kHeaderBytes) fail_truncated(file, kHeaderBytes, found);
  std::array<std::size_t, Dimensions> counts{};
  for (std::size_t i = 0; i < Dimensions; ++i) counts[i] = number(1 + i);
  return counts;
}

/// Exactly so many bytes up to the end of the file. header_bytes only serves the message.
std::vector<std::uint8_t> read_content(GzFile& file, std::uint64_t expected,
                                       std::uint64_t header_bytes) {
  std::vector<std::uint8_t> content;
  while (content.size() < expected) {
    const std::size_t before = content.size();
    const std::size_t step = std::min(kGrowBytes, expected - before);
    content.resize(before + step);
    const std::size_t found = file.read(std::span(content).subspan(before));
    if (found < step) fail_truncated(file, header_bytes + expected, header_bytes + before + found);
  }
  std::array<std::uint8_t, 1> more{};
  if (file.read(more) > 0) {
    fail(file, fmt::format("bytes after the {} its header announces", header_bytes + expected),
         "nothing may follow the data");
  }
  // All content is there, but the checksum that should follow it is not.
  if (file.ends_early()) fail_truncated(file, header_bytes + expected, header_bytes + expected);
  return content;
}

void check_image_size(const GzFile& file, std::size_t count, std::size_t rows,
                      std::size_t columns) {
  if (count == 0) fail(file, "it holds no images", "at least 1 is needed");
  const auto in_range = [](std::size_t side) { return side >= 1 && side <= kMaxImageSide; };
  if (!in_range(rows) || !in_range(columns)) {
    fail(file, fmt::format("images of {} x {} pixels", rows, columns),
         fmt::format("1 to {} rows and columns are allowed", kMaxImageSide));
  }
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& path) {
  GzFile file(path);
  const auto [count, rows, columns] = read_header<3>(file);
  check_image_size(file, count, rows, columns);
  // Below 2^32 * 2^16 * 2^16 = 2^64.
  return {file.name(), count, rows, columns, read_content(file, count * rows * columns, 16)};
}

IdxLabels read_idx_labels(const std::filesystem::path& path, unsigned classes) {
  GzFile file(path);
  const auto [count] = read_header<1>(file);
  IdxLabels labels{file.name(), read_content(file, count, 8)};
  const auto wrong =
      std::ranges::find_if(labels.values, [classes](std::uint8_t v) { return v >= classes; });
  if (wrong != labels.values.end()) {
    fail(file,
         fmt::format("label {} at position {} (counted from 0)", *wrong,
                     wrong - labels.values.begin()),
         fmt::format("0 to {} are allowed", classes - 1));
  }
  return labels;
}

}  // namespace plumb::data
