// Data sets in the layout of MNIST: a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte
// and, where they are, the t10k- pair of the test split, each raw or with .gz. Ten classes; a pixel
// is byte / 255.
#include "data/idx.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "core/error.hpp"
#include "data/gz_file.hpp"
#include "data/source.hpp"

namespace plumb::data {
namespace {

constexpr unsigned kClasses = 10;
constexpr const char* kImagesSuffix = "images-idx3-ubyte";
constexpr const char* kLabelsSuffix = "labels-idx1-ubyte";

/// FOLDER/NAME or FOLDER/NAME.gz, whichever is there, the raw one first.
std::optional<std::filesystem::path> find_file(const std::filesystem::path& folder,
                                               const std::string& name) {
  for (const char* ending : {"", ".gz"}) {
    std::filesystem::path path = folder / (name + ending);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

std::filesystem::path need_file(const std::filesystem::path& folder, const std::string& name) {
  if (auto path = find_file(folder, name)) return *path;
  const std::string full = (folder / name).string();
  throw core::IoError(
      fmt::format("{0}: not found, nor {0}.gz; an IDX file of one of these names is needed", full));
}

struct IdxSplit {
  IdxImages images;
  IdxLabels labels;
};

/// prefix: "train-" or "t10k-".
IdxSplit read_split(const std::filesystem::path& folder, const std::string& prefix) {
  const auto images_path = need_file(folder, prefix + kImagesSuffix);
  const auto labels_path = need_file(folder, prefix + kLabelsSuffix);
  IdxSplit split{read_idx_images(images_path), read_idx_labels(labels_path, kClasses)};
  if (split.labels.values.size() != split.images.count) {
    throw core::IoError(fmt::format("{}: {} labels for the {} images of {}; one each is needed",
                                    split.labels.name, split.labels.values.size(),
                                    split.images.count, split.images.name));
  }
  return split;
}

IdxSplit read_test_split(const std::filesystem::path& folder, const IdxSplit& train) {
  const std::string prefix = "t10k-";
  if (!find_file(folder, prefix + kImagesSuffix) && !find_file(folder, prefix + kLabelsSuffix)) {
    return {};
  }
  IdxSplit test = read_split(folder, prefix);
  if (test.images.rows != train.images.rows || test.images.columns != train.images.columns) {
    throw core::IoError(fmt::format("{}: images of {} x {} pixels; {} x {}, as in {}, are needed",
                                    test.images.name, test.images.rows, test.images.columns,
                                    train.images.rows, train.images.columns, train.images.name));
  }
  return test;
}

class IdxDataset final : public Dataset {
 public:
  IdxDataset(IdxSplit train, IdxSplit test) : train_(std::move(train)), test_(std::move(test)) {}

  [[nodiscard]] std::string_view source() const override { return kIdxSource.name; }
  [[nodiscard]] std::size_t inputs() const override { return train_.images.pixels_per_image(); }
  [[nodiscard]] std::size_t classes() const override { return kClasses; }
  [[nodiscard]] std::optional<Image> image() const override {
    return Image{train_.images.rows, train_.images.columns};
  }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return part(split).images.count;
  }

  // Bytes take a quarter of the memory that floats would, and converting them is hardly slower
  // than fetching four times as much.
  double read(Split split, std::uint64_t index, std::span<float> x) const override {
    const IdxSplit& from = part(split);
    assert(index < from.images.count && x.size() == inputs());
    const std::uint8_t* bytes = from.images.pixels.data() + index * inputs();
    std::transform(bytes, bytes + inputs(), x.begin(),
                   [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0F; });
    return from.labels.values[index];
  }

  [[nodiscard]] DatasetSummary summary() const override {
    DatasetSummary summary = Dataset::summary();
    summary.class_counts.resize(kClasses);
    for (const std::uint8_t label : train_.labels.values) ++summary.class_counts[label];
    summary.scaling = "bytes / 255";
    return summary;
  }

 private:
  [[nodiscard]] const IdxSplit& part(Split split) const {
    return split == Split::Train ? train_ : test_;
  }

  IdxSplit train_;
  IdxSplit test_;
};

void keep_first(std::uint64_t samples, IdxSplit& split) {
  split.images.count = limited_samples(samples, split.images.count, split.images.name);
  split.images.pixels.resize(split.images.count * split.images.pixels_per_image());
  split.images.pixels.shrink_to_fit();
  split.labels.values.resize(split.images.count);
}

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  const std::filesystem::path folder = settings.path;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw core::IoError(fmt::format(
        "{}: no such folder; data.path must name a folder with train-{} and train-{}, raw or .gz",
        folder.string(), kImagesSuffix, kLabelsSuffix));
  }
  IdxSplit train = read_split(folder, "train-");
  IdxSplit test = read_test_split(folder, train);
  keep_first(settings.samples, train);
  return std::make_unique<IdxDataset>(std::move(train), std::move(test));
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
