// Data sets in HDF5 files: datasets x and y, or train/x, train/y and, where they are, test/x and
// test/y. data.test_path may name another file for the test split, which holds test/x and test/y,
// or x and y.
//
// x: (samples, ...), numbers of any type; what follows the first axis is one sample, and (samples,
// height, width) or (samples, height, width, 1) are images. Rows are read when training asks for
// them. As with csv, all are divided by the largest magnitude in the training x.
// y: (samples) or (samples, 1). Whole numbers are classes 0, 1, ... without a gap; where a number
// of the training y is not whole, all are values to be predicted. With data.samples only the first
// so many of the training split are used, but scale and classes are still those of the whole.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "data/source.hpp"
#include "h5/file.hpp"
#include "h5/row_reader.hpp"

namespace plumb::data {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{256} << 20;  // of x, per split and rank
constexpr double kMaxClass = 65535;

[[noreturn]] void fail(const h5::Dataset& dataset, const std::string& wrong,
                       const std::string& allowed) {
  throw core::IoError(fmt::format("{}: {} {}; {}", dataset.file(), dataset.path(), wrong, allowed));
}

struct Part {
  std::unique_ptr<h5::RowReader> x;        // null: there is no such split
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

/// Of a list of classes; 1 where the numbers are to be predicted.
std::size_t count_classes(const h5::Dataset& y, const std::vector<double>& targets) {
  const auto is_whole = [](double v) { return v == std::floor(v); };
  if (!std::ranges::all_of(targets, is_whole)) return 1;
  const auto [least, largest] = std::ranges::minmax(targets);
  if (least < 0 || largest > kMaxClass) {
    fail(y, fmt::format("holds whole numbers from {} to {}", least, largest),
         fmt::format("classes from 0 to {} are allowed", kMaxClass));
  }
  std::vector<bool> seen(static_cast<std::size_t>(largest) + 1);
  for (const double v : targets) seen[static_cast<std::size_t>(v)] = true;
  const auto gap = std::ranges::find(seen, false);
  if (gap != seen.end()) {
    fail(y,
         fmt::format("has no sample of class {}, but one of class {}", gap - seen.begin(), largest),
         "classes 0, 1, ... without a gap are allowed");
  }
  if (seen.size() < 2) fail(y, "is 0 everywhere", "at least two classes are needed");
  return seen.size();
}

void check_test_classes(const h5::Dataset& y, const std::vector<double>& targets,
                        std::size_t classes) {
  const auto is_class = [classes](double v) {
    return v == std::floor(v) && v >= 0 && v < static_cast<double>(classes);
  };
  const auto wrong = std::ranges::find_if_not(targets, is_class);
  if (wrong == targets.end()) return;
  fail(y, fmt::format("holds {} at position {} (counted from 0)", *wrong, wrong - targets.begin()),
       fmt::format("the classes of the training samples, 0 to {}, are allowed", classes - 1));
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
  part.targets = read_targets(open_member(group, "y"), axes[0]);
  part.x = std::make_unique<h5::RowReader>(std::move(x), kKeptBytes);
  part.largest = scan(*part.x);
  return part;
}

void check_test_part(const h5::Group& group, const Part& test, const Part& train,
                     std::size_t classes) {
  if (test.sample_axes != train.sample_axes) {
    fail(test.x->dataset(), fmt::format("has samples of {}", fmt::join(test.sample_axes, " x ")),
         fmt::format("{}, as in the training samples, are needed",
                     fmt::join(train.sample_axes, " x ")));
  }
  if (classes > 1) check_test_classes(open_member(group, "y"), test.targets, classes);
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
  Hdf5Dataset(Part train, Part test, std::size_t classes)
      : train_(std::move(train)),
        test_(std::move(test)),
        classes_(classes),
        scale_(train_.largest > 0 ? train_.largest : 1) {}

  [[nodiscard]] std::string_view source() const override { return kHdf5Source.name; }
  [[nodiscard]] std::size_t inputs() const override { return train_.x->row_values(); }
  [[nodiscard]] std::size_t classes() const override { return classes_; }
  [[nodiscard]] bool is_regression() const override { return classes_ == 1; }
  [[nodiscard]] std::optional<Image> image() const override {
    const std::vector<std::uint64_t>& axes = train_.sample_axes;
    if (axes.size() == 2 || (axes.size() == 3 && axes[2] == 1)) return Image{axes[0], axes[1]};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> size(Split split) const override {
    return part(split).targets.size();
  }

  double read(Split split, std::uint64_t index, std::span<float> x) const override {
    const Part& from = part(split);
    assert(index < from.targets.size() && x.size() == inputs());
    from.x->read(index, x);
    for (float& v : x) v /= scale_;
    return from.targets[index];
  }

 private:
  [[nodiscard]] const Part& part(Split split) const {
    return split == Split::Train ? train_ : test_;
  }

  Part train_;
  Part test_;
  std::size_t classes_;  // 1: regression
  float scale_;
};

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  const h5::Group training = open_split(open_root(settings.path, "data.path"), "train");
  Part train = open_part(training);
  const std::size_t classes = count_classes(open_member(training, "y"), train.targets);
  Part test;
  const bool has_own_file = !settings.test_path.empty();
  h5::Group test_root = has_own_file ? open_root(settings.test_path, "data.test_path")
                                     : open_root(settings.path, "data.path");
  if (has_own_file || test_root.has("test")) {
    const h5::Group held_out = open_split(std::move(test_root), "test");
    test = open_part(held_out);
    check_test_part(held_out, test, train, classes);
  }
  train.targets.resize(limited_samples(settings.samples, train.targets.size(), settings.path));
  return std::make_unique<Hdf5Dataset>(std::move(train), std::move(test), classes);
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
