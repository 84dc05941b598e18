// Data sets in NumPy's files. data.path names an .npz with a pair of arrays of kNamings, or an .npy
// with the inputs, whose labels lie beside it (x_train.npy and y_train.npy, see label_names()).
// Test splits: the archive's own pair; beside x_train.npy x_test.npy; or what data.test_path names.
//
// x and y are as in hdf5, but read into memory: x (samples, ...), all divided by the largest
// magnitude in the training x; y (samples) or (samples, 1), whole numbers are labels, others values
// to be predicted.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "data/array_dataset.hpp"
#include "data/dataset.hpp"
#include "data/gz_file.hpp"
#include "data/labels.hpp"
#include "data/npy_array.hpp"
#include "data/source.hpp"
#include "data/zip_file.hpp"

namespace plumb::data {
namespace {

using std::filesystem::path;

struct Naming {
  std::string_view x;
  std::string_view y;
};
constexpr Naming kTrainNamings[] = {
    {"x_train", "y_train"}, {"X_train", "y_train"},           {"train_x", "train_y"},
    {"train_X", "train_y"}, {"train_images", "train_labels"}, {"train_data", "train_labels"}};
constexpr Naming kTestNamings[] = {{"x_test", "y_test"},           {"X_test", "y_test"},
                                   {"test_x", "test_y"},           {"test_X", "test_y"},
                                   {"test_images", "test_labels"}, {"test_data", "test_labels"}};
constexpr Naming kPlainNamings[] = {
    {"x", "y"}, {"X", "y"}, {"images", "labels"}, {"data", "labels"}, {"data", "target"}};

/// One split's arrays, whose headers are read.
struct Pair {
  NpyReader x;
  NpyReader y;
};

[[noreturn]] void fail(const std::string& where, const std::string& wrong,
                       const std::string& allowed) {
  throw core::IoError(fmt::format("{}: {}; {}", where, wrong, allowed));
}

NpyReader open_npy(const path& file) {
  auto opened = std::make_shared<GzFile>(file);
  return {file.string(), [opened](std::span<std::uint8_t> into) { return opened->read(into); }};
}

NpyReader open_member(const path& file, const ZipEntry& entry) {
  auto opened = std::make_shared<ZipMember>(file, entry);
  return {file.string() + ": " + entry.name,
          [opened](std::span<std::uint8_t> into) { return opened->read(into); }};
}

bool is_zip(const path& file) {
  std::array<std::uint8_t, 2> start{};
  return GzFile(file).read(start) == 2 && start[0] == 'P' && start[1] == 'K';
}

/// The first pair that the archive holds.
std::optional<Pair> find_pair(const path& file, const std::vector<ZipEntry>& entries,
                              std::span<const Naming> namings) {
  const auto find = [&entries](std::string_view name) {
    return std::ranges::find(entries, std::string(name) + ".npy", &ZipEntry::name);
  };
  for (const Naming& naming : namings) {
    const auto x = find(naming.x);
    const auto y = find(naming.y);
    if (x == entries.end() || y == entries.end()) continue;
    return Pair{open_member(file, *x), open_member(file, *y)};
  }
  return std::nullopt;
}

[[noreturn]] void fail_names(const path& file, const std::vector<ZipEntry>& entries) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const ZipEntry& entry : entries) names.push_back(entry.name);
  constexpr std::size_t kMostNames = 8;
  const bool more = names.size() > kMostNames;
  if (more) names.resize(kMostNames);
  fail(file.string(),
       fmt::format("holds {}{}",
                   names.empty() ? "no arrays" : fmt::format("{}", fmt::join(names, ", ")),
                   more ? ", ..." : ""),
       "arrays x and y are needed, or x_train and y_train, x_test and y_test");
}

/// Where the word stands alone: between the ends of the name and marks.
std::size_t find_word(const std::string& name, std::string_view word) {
  const auto is_mark = [&name](std::size_t at) {
    return at >= name.size() || std::isalnum(static_cast<unsigned char>(name[at])) == 0;
  };
  for (std::size_t at = name.find(word); at != std::string::npos; at = name.find(word, at + 1)) {
    if ((at == 0 || is_mark(at - 1)) && is_mark(at + word.size())) return at;
  }
  return std::string::npos;
}

/// Names that the labels of an .npy may have: its own with x, images, ... replaced, or with _labels
/// or _y behind it.
std::vector<std::string> label_names(const std::string& name) {
  constexpr Naming kWords[] = {
      {"x", "y"},         {"X", "y"},           {"images", "labels"},  {"imgs", "labels"},
      {"data", "labels"}, {"inputs", "labels"}, {"inputs", "targets"}, {"features", "labels"}};
  std::vector<std::string> names;
  for (const Naming& word : kWords) {
    const std::size_t at = find_word(name, word.x);
    if (at == std::string::npos) continue;
    names.push_back(std::string(name).replace(at, word.x.size(), word.y));
  }
  const std::size_t dot = std::min(name.find(".npy"), name.size());
  for (const char* ending : {"_labels", "_y"})
    names.push_back(std::string(name).insert(dot, ending));
  return names;
}

bool is_there(const path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

Pair open_with_labels_beside(const path& file) {
  const std::vector<std::string> names = label_names(file.filename().string());
  for (const std::string& name : names) {
    const path labels = file.parent_path() / name;
    if (is_there(labels)) return {open_npy(file), open_npy(labels)};
  }
  fail(file.string(), "no file with its labels lies beside it",
       fmt::format("one named {} is needed", fmt::join(names, " or ")));
}

void need_file(const path& file, const char* key) {
  std::error_code ignored;
  if (is_there(file) && !std::filesystem::is_directory(file, ignored)) return;
  fail(file.string(), is_there(file) ? "is a folder" : "no such file",
       fmt::format("{} must name an .npy or .npz file", key));
}

Pair open_training(const path& file) {
  need_file(file, "data.path");
  if (!is_zip(file)) return open_with_labels_beside(file);
  const std::vector<ZipEntry> entries = read_zip_directory(file);
  if (auto pair = find_pair(file, entries, kTrainNamings)) return std::move(*pair);
  if (auto pair = find_pair(file, entries, kPlainNamings)) return std::move(*pair);
  fail_names(file, entries);
}

/// Of a file that data.test_path names.
Pair open_test_file(const path& file) {
  need_file(file, "data.test_path");
  if (!is_zip(file)) return open_with_labels_beside(file);
  const std::vector<ZipEntry> entries = read_zip_directory(file);
  if (auto pair = find_pair(file, entries, kTestNamings)) return std::move(*pair);
  if (auto pair = find_pair(file, entries, kPlainNamings)) return std::move(*pair);
  fail_names(file, entries);
}

/// What lies in the training file's archive or beside it, if anything does.
std::optional<Pair> open_test_of(const path& file) {
  if (is_zip(file)) return find_pair(file, read_zip_directory(file), kTestNamings);
  std::string name = file.filename().string();
  const std::size_t at = name.find("train");
  if (at == std::string::npos) return std::nullopt;
  const path beside = file.parent_path() / name.replace(at, 5, "test");
  if (!is_there(beside)) return std::nullopt;
  return open_with_labels_beside(beside);
}

std::string axes_text(const NpyReader& array) {
  return fmt::format("axes: {}", fmt::join(array.shape(), " x "));
}

void check_shapes(const Pair& pair) {
  const std::vector<std::uint64_t>& x = pair.x.shape();
  const std::vector<std::uint64_t>& y = pair.y.shape();
  if (pair.x.count() == 0 || x.empty()) {
    fail(pair.x.where(), fmt::format("is empty or a single number ({})", axes_text(pair.x)),
         "(samples, ...) is needed");
  }
  if (y.size() != 1 && !(y.size() == 2 && y[1] == 1)) {
    fail(pair.y.where(), fmt::format("is no list of labels ({})", axes_text(pair.y)),
         "one number per sample is allowed (of one-hot rows: y.argmax(1))");
  }
  if (y[0] != x[0]) {
    fail(pair.y.where(),
         fmt::format("holds {} values for the {} samples of {}", y[0], x[0], pair.x.where()),
         "one each is needed");
  }
}

template <class T>
void interleave_all(const Image& image, std::vector<T>& values) {
  const std::size_t inputs = image.height * image.width * image.channels;
  std::vector<T> planes(inputs);
  for (std::size_t at = 0; at < values.size(); at += inputs) {
    const std::span<T> sample = std::span(values).subspan(at, inputs);
    std::ranges::copy(sample, planes.begin());
    interleave<T>(image, planes, sample);
  }
}

template <class T>
void check_finite(const std::string& where, const std::vector<T>& values) {
  const auto wrong = std::ranges::find_if(values, [](T v) { return !std::isfinite(v); });
  if (wrong == values.end()) return;
  fail(where, fmt::format("holds {} as number {} (counted from 0)", *wrong, wrong - values.begin()),
       "finite numbers are allowed");
}

ArraySplit read_split(Pair& pair, const std::optional<ImageLayout>& layout) {
  ArraySplit split;
  if (pair.x.is_bytes()) {
    split.bytes = pair.x.read<std::uint8_t>();
  } else {
    split.floats = pair.x.read<float>();
    check_finite(pair.x.where(), split.floats);
  }
  if (layout && layout->planes) {
    interleave_all(layout->image, split.bytes);
    interleave_all(layout->image, split.floats);
  }
  split.targets = pair.y.read<double>();
  check_finite(pair.y.where(), split.targets);
  return split;
}

float largest_magnitude(const ArraySplit& split) {
  float largest = 0;
  for (const std::uint8_t v : split.bytes) largest = std::max(largest, static_cast<float>(v));
  for (const float v : split.floats) largest = std::max(largest, std::abs(v));
  return largest > 0 ? largest : 1;
}

std::span<const std::uint64_t> sample_axes(const NpyReader& x) {
  return std::span(x.shape()).subspan(1);
}

std::optional<Pair> open_test(const DataSettings& settings, const Pair& train) {
  std::optional<Pair> test;
  if (settings.test_path.empty()) {
    test = open_test_of(settings.path);
  } else {
    test = open_test_file(settings.test_path);
  }
  if (!test) return test;
  check_shapes(*test);
  if (!std::ranges::equal(sample_axes(test->x), sample_axes(train.x))) {
    fail(test->x.where(), fmt::format("has samples of {}", fmt::join(sample_axes(test->x), " x ")),
         fmt::format("{}, as in the training samples, are needed",
                     fmt::join(sample_axes(train.x), " x ")));
  }
  return test;
}

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t /*seed*/) {
  Pair train = open_training(settings.path);
  check_shapes(train);
  std::optional<Pair> test = open_test(settings, train);
  const std::optional<ImageLayout> layout = image_layout(sample_axes(train.x));
  ArrayDescription description{.source = kNpySource.name,
                               .inputs = train.x.count() / train.x.shape()[0]};
  if (layout) description.image = layout->image;
  ArraySplit training = read_split(train, layout);
  ArraySplit testing = test ? read_split(*test, layout) : ArraySplit{};
  description.scale = largest_magnitude(training);
  description.scaling = fmt::format("all / {:g}, the largest magnitude", description.scale);
  description.is_regression = !are_whole(training.targets);
  if (description.is_regression) {
    description.classes = 1;
  } else {
    description.class_names =
        map_whole_labels({train.y.where() + ": it", training.targets},
                         {test ? test->y.where() + ": it" : "", testing.targets})
            .names();
    description.classes = description.class_names.size();
  }
  training.keep_first(limited_samples(settings.samples, training.targets.size(), settings.path),
                      description.inputs);
  return std::make_unique<ArrayDataset>(std::move(description), std::move(training),
                                        std::move(testing));
}

}  // namespace

constinit const SourceInfo kNpySource{
    .source = Source::Npy,
    .name = "npy",
    .path =
        "the .npz with arrays x and y, or x_train and y_train, or the .npy with x_train, beside "
        "which y_train.npy lies",
    .takes_test_path = true,
    .images = Has::DependsOnFile,
    .regression = Has::DependsOnFile,
    .test_split = Has::DependsOnFile,
    .open = open};

}  // namespace plumb::data
