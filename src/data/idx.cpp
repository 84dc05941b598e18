// Data sets in the layout of MNIST, see find_idx_files(). A pixel is byte / 255; the classes are
// what the labels of the training split say.
#include "data/idx.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.hpp"
#include "data/array_dataset.hpp"
#include "data/gz_file.hpp"
#include "data/idx_files.hpp"
#include "data/labels.hpp"
#include "data/source.hpp"

namespace plumb::data {
namespace {

struct IdxSplit {
  IdxImages images;
  IdxLabels labels;
};

IdxSplit read_split(const IdxPair& files) {
  IdxSplit split{read_idx_images(files.images), read_idx_labels(files.labels)};
  if (split.labels.values.size() != split.images.count) {
    throw core::IoError(fmt::format("{}: {} labels for the {} images of {}; one each is needed",
                                    split.labels.name, split.labels.values.size(),
                                    split.images.count, split.images.name));
  }
  return split;
}

IdxSplit read_test_split(const std::optional<IdxPair>& files, const IdxSplit& train) {
  if (!files) return {};
  IdxSplit test = read_split(*files);
  if (test.images.rows != train.images.rows || test.images.columns != train.images.columns) {
    throw core::IoError(fmt::format("{}: images of {} x {} pixels; {} x {}, as in {}, are needed",
                                    test.images.name, test.images.rows, test.images.columns,
                                    train.images.rows, train.images.columns, train.images.name));
  }
  return test;
}

ArraySplit as_array(IdxSplit& split) {
  const std::vector<std::uint8_t>& labels = split.labels.values;
  return {std::move(split.images.pixels), {}, std::vector<double>(labels.begin(), labels.end())};
}

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  const IdxFiles files = find_idx_files(settings.path);
  IdxSplit train = read_split(files.train);
  IdxSplit test = read_test_split(files.test, train);
  ArraySplit training = as_array(train);
  ArraySplit testing = as_array(test);
  const auto labels = map_whole_labels({train.labels.name + ": it", training.targets},
                                       {test.labels.name + ": it", testing.targets});
  const std::size_t inputs = train.images.pixels_per_image();
  training.keep_first(limited_samples(settings.samples, train.images.count, train.images.name),
                      inputs);
  return std::make_unique<ArrayDataset>(
      ArrayDescription{.source = kIdxSource.name,
                       .inputs = inputs,
                       .classes = labels.size(),
                       .image = Image{train.images.rows, train.images.columns},
                       .scale = 255,
                       .scaling = "bytes / 255",
                       .class_names = labels.names()},
      std::move(training), std::move(testing));
}

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

/// What the type byte of a magic number says; empty: it is none.
std::string_view type_name(std::uint32_t type) {
  constexpr std::pair<std::uint32_t, std::string_view> kTypes[] = {
      {0x08, "unsigned bytes"},  {0x09, "signed bytes"}, {0x0B, "16-bit integers"},
      {0x0C, "32-bit integers"}, {0x0D, "float32"},      {0x0E, "float64"}};
  for (const auto& [byte, name] : kTypes) {
    if (byte == type) return name;
  }
  return {};
}

std::string dimensions_text(std::uint32_t dimensions) {
  return fmt::format("{} dimension{}", dimensions, dimensions == 1 ? "" : "s");
}

[[noreturn]] void fail_magic(const GzFile& file, std::uint32_t expected, std::uint32_t found) {
  const std::string_view type = found >> 16U == 0 ? type_name(found >> 8U) : "";
  const std::string meaning =
      type.empty() ? "" : fmt::format(" ({} with {})", type, dimensions_text(found & 0xffU));
  fail(file,
       fmt::format("wrong magic number: 0x{:08x} expected, 0x{:08x} found{}", expected, found,
                   meaning),
       fmt::format("an IDX file of unsigned bytes with {} is allowed",
                   dimensions_text(expected & 0xffU)));
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
  if (found >= 4 && number(0) != kMagic) fail_magic(file, kMagic, number(0));
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

constinit const SourceInfo kIdxSource{.source = Source::Idx,
                                      .name = "idx",
                                      .path = "the folder with the four MNIST-named files",
                                      .images = Has::Always,
                                      .test_split = Has::DependsOnFile,
                                      .open = open};

IdxImages read_idx_images(const std::filesystem::path& path) {
  GzFile file(path);
  const auto [count, rows, columns] = read_header<3>(file);
  check_image_size(file, count, rows, columns);
  // Below 2^32 * 2^16 * 2^16 = 2^64.
  return {file.name(), count, rows, columns, read_content(file, count * rows * columns, 16)};
}

IdxLabels read_idx_labels(const std::filesystem::path& path) {
  GzFile file(path);
  const auto [count] = read_header<1>(file);
  return {file.name(), read_content(file, count, 8)};
}

}  // namespace plumb::data
