// Data sets in HDF5 files: datasets x and y, or train/x, train/y and, where they are, test/x and
// test/y. data.test_path may name another file for the test split, which holds test/x and test/y,
// or x and y.
//
// x: (samples, ...), numbers of any type; what follows the first axis is one sample, an image where
// image_layout() says so. Rows are read when training asks for them. All are divided by the largest
// magnitude in the training x.
// y: (samples) or (samples, 1). Whole numbers are labels, see map_whole_labels(); where a number of
// the training y is not whole, all are values to be predicted. With data.samples only the first so
// many of the training split are used, but scale and classes are still those of the whole.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "data/dataset.hpp"
#include "data/labels.hpp"
#include "data/source.hpp"
#include "h5/file.hpp"
#include "h5/row_reader.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{256} << 20;  // of x, per split and rank

[[noreturn]] void fail(const h5::Dataset& dataset, const std::string& wrong,
                       const std::string& allowed) {
  throw core::IoError(fmt::format("{}: {} {}; {}", dataset.file(), dataset.path(), wrong, allowed));
}

struct Part {
  std::unique_ptr<h5::RowReader> x;        // null: there is no such split
  std::string y;                           // "FILE: DATASET" of the targets, for messages
  std::vector<std::uint64_t> sample_axes;  // of x, after the first
  std::vector<double> targets;             // (samples)
  float largest = 0;                       // magnitude in x
};

/// y as stored, checked to be one finite number per sample.
std::vector<double> read_targets(const h5::Dataset& y, std::uint64_t samples) {
  const std::vector<std::uint64_t> dims = y.dims();
  const bool one_each = dims.size() == 1 || (dims.size() == 2 && dims[1] == 1);
  if (y.number_kind() == h5::NumberKind::None || !one_each) {
    fail(y, fmt::format("is not a list of numbers (axes: {})", fmt::join(dims, " x ")),
         "one number per sample is allowed");
  }
  if (dims[0] != samples) {
    fail(y, fmt::format("holds {} values for {} samples", dims[0], samples), "one each is needed");
  }
  std::vector<double> targets = y.read<double>();
  const auto wrong = std::ranges::find_if(targets, [](double v) { return !std::isfinite(v); });
  if (wrong != targets.end()) {
    fail(y,
         fmt::format("holds {} at position {} (counted from 0)", *wrong, wrong - targets.begin()),
         "finite numbers are allowed");
  }
  return targets;
}

void check_inputs(const h5::Dataset& x) {
  const std::vector<std::uint64_t> dims = x.dims();
  if (x.number_kind() == h5::NumberKind::None || dims.empty()) {
    fail(x, "is no array of numbers",
         "(samples, ...) integers or floating-point numbers are allowed");
  }
  if (std::ranges::find(dims, 0U) != dims.end()) {
    fail(x, fmt::format("is empty (axes: {})", fmt::join(dims, " x ")),
         "at least 1 sample of 1 number is needed");
  }
}

/// The largest magnitude of all rows, each looked at once.
float scan(h5::RowReader& x) {
  float largest = 0;
  std::vector<float> row(x.row_values());
  for (std::uint64_t i = 0; i < x.rows(); ++i) {
    x.read(i, row);
    for (const float v : row) {
      if (!std::isfinite(v)) {
        fail(x.dataset(), fmt::format("holds {} in sample {} (counted from 0)", v, i),
             "finite numbers are allowed");
      }
      largest = std::max(largest, std::abs(v));
    }
  }
  return largest;
}

h5::Dataset open_member(const h5::Group& group, const char* name) {
  if (group.has(name)) return group.open_dataset(name);
  throw core::IoError(fmt::format(
      "{}: {} holds no dataset {}; x and y are needed, or train/x and train/y, test/x and test/y",
      group.file(), group.path(), name));
}

Part open_part(const h5::Group& group) {
  Part part;
  h5::Dataset x = open_member(group, "x");
  check_inputs(x);
  const std::vector<std::uint64_t> axes = x.dims();
  part.sample_axes.assign(axes.begin() + 1, axes.end());
  const h5::Dataset y = open_member(group, "y");
  part.y = fmt::format("{}: {}", y.file(), y.path());
  part.targets = read_targets(y, axes[0]);
  part.x = std::make_unique<h5::RowReader>(std::move(x), kKeptBytes);
  part.largest = scan(*part.x);
  return part;
}

void check_test_part(const Part& test, const Part& train) {
  if (test.sample_axes == train.sample_axes) return;
  fail(test.x->dataset(), fmt::format("has samples of {}", fmt::join(test.sample_axes, " x ")),
       fmt::format("{}, as in the training samples, are needed",
                   fmt::join(train.sample_axes, " x ")));
}

/// As in the file; none where the numbers are to be predicted.
std::vector<std::string> class_names(Part& train, Part& test) {
  if (!are_whole(train.targets)) return {};
  return map_whole_labels({train.y, train.targets}, {test.y, test.targets}).names();
}

h5::Group open_root(const std::string& path, const char* key) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return h5::File::open(path).root();
  throw core::IoError(fmt::format("{}: no such file; {} must name an HDF5 file", path, key));
}

/// The group `name`, or the root itself where there is none.
h5::Group open_split(h5::Group root, const char* name) {
  if (root.has(name)) return root.open_group(name);
  return root;
}

class Hdf5Dataset final : public Dataset {
 public:
  /// class_names: empty for regression.
  Hdf5Dataset(Part train, Part test, std::vector<std::string> class_names)
      : train_(std::move(train)),
        test_(std::move(test)),
        class_names_(std::move(class_names)),
        layout_(image_layout(train_.sample_axes)),
        scale_(train_.largest > 0 ? train_.largest : 1) {}

  [[nodiscard]] std::string_view source() const override { return kHdf5Source.name; }
  [[nodiscard]] std::size_t inputs() const override { return train_.x->row_values(); }
  [[nodiscard]] std::size_t classes() const override {
    return is_regression() ? 1 : class_names_.size();
  }
  [[nodiscard]] bool is_regression() const override { return class_names_.empty(); }
  [[nodiscard]] std::optional<Image> image() const override {
    if (!layout_) return std::nullopt;
    return layout_->image;
  }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return part(split).targets.size();
  }

  double read(Split split, std::uint64_t index, std::span<float> x) const override {
    const Part& from = part(split);
    assert(index < from.targets.size() && x.size() == inputs());
    if (layout_ && layout_->planes) {
      thread_local std::vector<float> planes;
      planes.resize(x.size());
      from.x->read(index, planes);
      interleave<float>(layout_->image, planes, x);
    } else {
      from.x->read(index, x);
    }
    for (float& v : x) v /= scale_;
    return from.targets[index];
  }

  [[nodiscard]] DatasetSummary summary() const override {
    return {.class_names = class_names_,
            .scaling = fmt::format("all / {:g}, the largest magnitude", scale_)};
  }

 private:
  [[nodiscard]] const Part& part(Split split) const {
    return split == Split::Train ? train_ : test_;
  }

  Part train_;
  Part test_;
  std::vector<std::string> class_names_;
  std::optional<ImageLayout> layout_;
  float scale_;
};

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  const h5::Group training = open_split(open_root(settings.path, "data.path"), "train");
  Part train = open_part(training);
  Part test;
  const bool has_own_file = !settings.test_path.empty();
  h5::Group test_root = has_own_file ? open_root(settings.test_path, "data.test_path")
                                     : open_root(settings.path, "data.path");
  if (has_own_file || test_root.has("test")) {
    const h5::Group held_out = open_split(std::move(test_root), "test");
    test = open_part(held_out);
    check_test_part(test, train);
  }
  std::vector<std::string> names = class_names(train, test);
  train.targets.resize(limited_samples(settings.samples, train.targets.size(), settings.path));
  return std::make_unique<Hdf5Dataset>(std::move(train), std::move(test), std::move(names));
}

}  // namespace

constinit const SourceInfo kHdf5Source{
    .source = Source::Hdf5,
    .name = "hdf5",
    .path = "the HDF5 file with datasets x and y, or train/x and train/y",
    .takes_test_path = true,
    .images = Has::DependsOnFile,
    .regression = Has::DependsOnFile,
    .test_split = Has::DependsOnFile,
    .open = open};

}  // namespace plumb::data
