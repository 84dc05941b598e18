// Data sets in the layout of MNIST: a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte
// and, where they are, the t10k- pair of the test split, each raw or with .gz. Ten classes; a pixel
// is byte / 255.
#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/error.hpp"
#include "data/idx_file.hpp"
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

}  // namespace

constinit const SourceInfo kIdxSource{.source = Source::Idx,
                                      .name = "idx",
                                      .path = "the folder with the four MNIST-named files",
                                      .images = Has::Always,
                                      .test_split = Has::DependsOnFile,
                                      .open = open};

}  // namespace plumb::data
