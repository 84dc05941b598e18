#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "data/dataset.hpp"
#include "data/facts.hpp"
#include "data_testing.hpp"
#include "h5/file.hpp"

namespace plumb::data {
namespace {

using Axes = std::vector<std::uint64_t>;

template <class T>
void put(const h5::Group& group, const char* name, const std::vector<T>& values, const Axes& axes,
         const Axes& chunk = {}) {
  group.create_dataset(name, {h5::TypeOf<T>::value, axes, chunk, false, !chunk.empty()})
      .write(std::span<const T>(values));
}

class hdf5 : public testing::Test {
 protected:
  /// A new file, given to `fill` as its root group.
  template <class Fill>
  void write(const std::string& name, Fill fill) const {
    std::filesystem::remove(folder_.path() / name);
    h5::File file = h5::File::create(folder_.path() / name);
    fill(file.root());
    file.close();
  }

  /// Three samples of two numbers in three classes, and what is said in place of one of them.
  template <class X = float, class Y = std::int64_t>
  void write_small(const std::vector<X>& x = {1, 2, 3, -8, 0, 0.5}, const Axes& x_axes = {3, 2},
                   const std::vector<Y>& y = {0, 1, 2}, const Axes& y_axes = {3}) const {
    write(kTrain, [&](const h5::Group& root) {
      put(root, "x", x, x_axes);
      put(root, "y", y, y_axes);
    });
  }

  [[nodiscard]] std::unique_ptr<const Dataset> open(std::uint64_t samples = 0,
                                                    const std::string& test_path = "") const {
    DataSettings settings = settings_for(Source::Hdf5, samples);
    settings.path = kTrain;
    settings.test_path = test_path;
    return open_dataset(settings, folder_.path(), 1);
  }

  /// What is said of the training file, without its name.
  [[nodiscard]] std::string complaint() const {
    const std::string message = message_of<core::IoError>([this] { (void)open(); });
    const std::string name = folder_.file(kTrain) + ": ";
    EXPECT_EQ(message.substr(0, name.size()), name);
    return message.substr(std::min(name.size(), message.size()));
  }

  static constexpr const char* kTrain = "train.h5";
  TemporaryFolder folder_;
};

TEST_F(hdf5, divides_by_the_largest_magnitude_and_takes_classes_from_y) {
  write_small();
  const auto dataset = open();
  EXPECT_EQ(dataset->source(), "hdf5");
  EXPECT_EQ(dataset->inputs(), 2U);
  EXPECT_EQ(dataset->classes(), 3U);
  EXPECT_FALSE(dataset->is_regression());
  EXPECT_EQ(dataset->image(), std::nullopt);
  EXPECT_EQ(dataset->size(Split::Train), 3U);
  EXPECT_EQ(dataset->size(Split::Test), 0U);
  EXPECT_EQ(read_sample(*dataset, Split::Train, 0), (Sample{0, {0.125F, 0.25F}}));
  EXPECT_EQ(read_sample(*dataset, Split::Train, 1), (Sample{1, {0.375F, -1.0F}}));
  EXPECT_EQ(read_sample(*dataset, Split::Train, 2), (Sample{2, {0.0F, 0.0625F}}));
}

TEST_F(hdf5, takes_numbers_of_any_type_and_y_as_a_column) {
  write_small();
  const Sample expected = read_sample(*open(), Split::Train, 1);
  write_small<double, double>({1, 2, 3, -8, 0, 0.5}, {3, 2}, {0, 1, 2}, {3, 1});
  EXPECT_EQ(read_sample(*open(), Split::Train, 1), expected);
  write_small<std::int32_t, std::uint8_t>({2, 4, 6, -16, 0, 1}, {3, 2}, {0, 1, 2}, {3});
  EXPECT_EQ(read_sample(*open(), Split::Train, 1), expected);
}

TEST_F(hdf5, takes_a_height_and_a_width_for_an_image) {
  const std::vector<float> pixels(24, 1);
  for (const Axes& axes : {Axes{2, 3, 4}, Axes{2, 3, 4, 1}}) {
    write_small<float>(pixels, axes, {0, 1}, {2});
    EXPECT_EQ(open()->image(), (Image{3, 4}));
    EXPECT_EQ(open()->inputs(), 12U);
  }
  for (const Axes& axes : {Axes{2, 12}, Axes{2, 1, 1, 3, 4}}) {
    write_small<float>(pixels, axes, {0, 1}, {2});
    EXPECT_EQ(open()->image(), std::nullopt);
    EXPECT_EQ(open()->inputs(), 12U);
  }
}

// Pixel (r, c) of channel k of sample s is 100 s + 10 k + r w + c, in both orders of the axes.
TEST_F(hdf5, takes_channels_behind_or_before_the_height_and_width) {
  constexpr std::size_t kHeight = 5;
  constexpr std::size_t kWidth = 6;
  constexpr std::size_t kPixels = kHeight * kWidth;
  const auto number = [](std::size_t sample, std::size_t channel, std::size_t pixel) {
    return static_cast<float>(1000 * sample + 100 * channel + pixel);
  };
  std::vector<float> planes;
  std::vector<float> pixels;
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t i = 0; i < 3 * kPixels; ++i) {
      planes.push_back(number(s, i / kPixels, i % kPixels));
      pixels.push_back(number(s, i % 3, i / 3));
    }
  }
  write_small<float>(pixels, {2, kHeight, kWidth, 3}, {0, 1}, {2});
  EXPECT_EQ(open()->image(), (Image{kHeight, kWidth, 3}));
  const Sample expected = read_sample(*open(), Split::Train, 1);
  EXPECT_EQ(expected.x[1], 1100 / planes.back());
  write_small<float>(planes, {2, 3, kHeight, kWidth}, {0, 1}, {2});
  EXPECT_EQ(open()->image(), (Image{kHeight, kWidth, 3}));
  EXPECT_EQ(read_sample(*open(), Split::Train, 1), expected);
}

TEST_F(hdf5, predicts_values_where_a_number_of_y_is_not_whole) {
  write_small<float, double>({1, 2, 3, -8, 0, 0.5}, {3, 2}, {0, 1.25, -2}, {3});
  const auto dataset = open();
  EXPECT_TRUE(dataset->is_regression());
  EXPECT_EQ(dataset->classes(), 1U);
  std::vector<float> x(2);
  EXPECT_EQ(dataset->read(Split::Train, 1, x), 1.25);
  EXPECT_EQ(dataset->read(Split::Train, 2, x), -2.0);
}

TEST_F(hdf5, finds_both_splits_in_groups_and_a_test_split_in_another_file) {
  write(kTrain, [](const h5::Group& root) {
    const h5::Group train = root.create_group("train");
    put<float>(train, "x", {1, 2, 3, 4}, {2, 2});
    put<std::int64_t>(train, "y", {0, 1}, {2});
    const h5::Group test = root.create_group("test");
    put<float>(test, "x", {8, 4}, {1, 2});
    put<std::int64_t>(test, "y", {1}, {1});
  });
  EXPECT_EQ(open()->size(Split::Train), 2U);
  EXPECT_EQ(open()->size(Split::Test), 1U);
  EXPECT_EQ(read_sample(*open(), Split::Test, 0), (Sample{1, {2, 1}}));
  write("other.h5", [](const h5::Group& root) {
    put<float>(root, "x", {2, 2, 4, 4}, {2, 2});
    put<std::int64_t>(root, "y", {0, 0}, {2});
  });
  EXPECT_EQ(open(0, "other.h5")->size(Split::Test), 2U);
  EXPECT_EQ(read_sample(*open(0, "other.h5"), Split::Test, 1), (Sample{0, {1, 1}}));
  EXPECT_EQ(open(0, kTrain)->size(Split::Test), 1U);
}

TEST_F(hdf5, uses_the_first_samples_with_scale_and_classes_of_all) {
  write_small();
  EXPECT_EQ(open(2)->size(Split::Train), 2U);
  EXPECT_EQ(open(2)->classes(), 3U);
  EXPECT_EQ(read_sample(*open(1), Split::Train, 0), (Sample{0, {0.125F, 0.25F}}));
  EXPECT_EQ(message_of<core::UsageError>([this] { (void)open(4); }),
            "data.samples = 4, but " + folder_.file(kTrain) +
                " holds 3 training samples; 0 (all) to 3 are allowed");
}

TEST_F(hdf5, gives_the_same_samples_as_csv_to_any_thread) {
  constexpr std::uint64_t kSamples = 500;
  std::vector<double> x(kSamples * 3);
  std::vector<std::int64_t> y(kSamples);
  std::string csv;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    for (std::uint64_t k = 0; k < 3; ++k) {
      x[3 * i + k] = static_cast<double>((i * 7919 + k * 104729) % 1000) / 7;
      csv += std::to_string(x[3 * i + k]) + ",";
      x[3 * i + k] = std::stod(std::to_string(x[3 * i + k]));
    }
    y[i] = static_cast<std::int64_t>(i % 4);
    csv += std::to_string(y[i]) + "\n";
  }
  write(kTrain, [&](const h5::Group& root) {
    put(root, "x", x, {kSamples, 3}, {16, 3});
    put(root, "y", y, {kSamples});
  });
  folder_.write("same.csv", csv);
  DataSettings settings = settings_for(Source::Csv);
  settings.path = "same.csv";
  settings.scale = Scale::Magnitude;
  const auto expected = open_dataset(settings, folder_.path(), 1);
  const auto dataset = open();
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kSamples; ++i) {
        const std::uint64_t index = (i * 37 + t * 100) % kSamples;
        equal[t] += read_sample(*dataset, Split::Train, index) ==
                    read_sample(*expected, Split::Train, index);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, kSamples));
}

TEST_F(hdf5, has_a_fingerprint_of_its_contents) {
  write_small();
  const std::uint64_t first = fingerprint(*open());
  write_small();
  EXPECT_EQ(fingerprint(*open()), first);
  write_small<float>({1, 2, 3, -8, 0, 0.25});
  EXPECT_NE(fingerprint(*open()), first);
}

TEST_F(hdf5, refuses_files_that_are_missing_or_something_else) {
  EXPECT_EQ(complaint(), "no such file; data.path must name an HDF5 file");
  folder_.write(kTrain, "1,2,0\n");
  EXPECT_EQ(complaint(), "not an HDF5 file");
  write_small();
  EXPECT_EQ(message_of<core::IoError>([this] { (void)open(0, "none.h5"); }),
            folder_.file("none.h5") + ": no such file; data.test_path must name an HDF5 file");
}

TEST_F(hdf5, refuses_files_without_x_or_y) {
  write(kTrain, [](const h5::Group& root) { put<float>(root, "inputs", {1}, {1}); });
  EXPECT_EQ(complaint(),
            "/ holds no dataset x; x and y are needed, or train/x and train/y, test/x and test/y");
  write(kTrain,
        [](const h5::Group& root) { put<float>(root.create_group("train"), "x", {1}, {1}); });
  EXPECT_EQ(
      complaint(),
      "/train holds no dataset y; x and y are needed, or train/x and train/y, test/x and test/y");
}

TEST_F(hdf5, refuses_arrays_that_do_not_fit) {
  write(kTrain, [](const h5::Group& root) {
    root.create_dataset("x", {h5::Type::String, {1}, {}, false}).write_strings({"a"});
    put<float>(root, "y", {0}, {1});
  });
  EXPECT_EQ(complaint(),
            "/x is no array of numbers; (samples, ...) integers or floating-point numbers are "
            "allowed");
  write_small<float>({}, {0, 2}, {}, {0});
  EXPECT_EQ(complaint(), "/x is empty (axes: 0 x 2); at least 1 sample of 1 number is needed");
  write_small<float>({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(complaint(), "/y holds 3 values for 2 samples; one each is needed");
  write_small<float>({1, 2, 3, 4}, {2, 2}, {0, 1, 1, 0}, {2, 2});
  EXPECT_EQ(complaint(),
            "/y is not a list of numbers (axes: 2 x 2); one number per sample is allowed");
}

TEST_F(hdf5, refuses_numbers_that_are_not_finite) {
  const float infinity = std::numeric_limits<float>::infinity();
  write_small<float>({1, 2, 3, -infinity, 0, 0});
  EXPECT_EQ(complaint(), "/x holds -inf in sample 1 (counted from 0); finite numbers are allowed");
  write_small<float, double>({1, 2, 3, 4, 0, 0}, {3, 2}, {0, std::nan(""), 1}, {3});
  EXPECT_EQ(complaint(), "/y holds nan at position 1 (counted from 0); finite numbers are allowed");
}

TEST_F(hdf5, maps_labels_from_any_start_and_with_gaps) {
  write_small<float>(std::vector<float>(6), {3, 2}, {7, -1, 3});
  EXPECT_EQ(open()->classes(), 3U);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read_sample(*open(), Split::Train, i).label, (std::vector{2, 0, 1})[i]);
  }
  EXPECT_EQ(open()->summary().class_names, (std::vector<std::string>{"-1", "3", "7"}));
  EXPECT_EQ(look_at(*open()).class_counts, (std::vector<std::uint64_t>{1, 1, 1}));
}

TEST_F(hdf5, refuses_a_single_class_and_what_looks_like_a_measurement) {
  write_small<float>(std::vector<float>(6), {3, 2}, {0, 0, 0});
  EXPECT_EQ(complaint(), "/y is 0 everywhere; at least two classes are needed");
  std::vector<std::int64_t> prices(100);
  for (std::size_t i = 0; i < 100; ++i) prices[i] = static_cast<std::int64_t>(500 + 7 * i);
  write_small<float>(std::vector<float>(200), {100, 2}, prices, {100});
  EXPECT_EQ(complaint(),
            "/y holds 100 different whole numbers from 500 to 1193 for 100 samples, which look "
            "like a measurement; labels of at most 65536 classes are allowed");
}

TEST_F(hdf5, refuses_a_test_split_that_does_not_fit_the_training_split) {
  write_small();
  const auto message = [this] {
    return message_of<core::IoError>([this] { (void)open(0, "test.h5"); });
  };
  write("test.h5", [](const h5::Group& root) {
    put<float>(root, "x", {1, 2, 3}, {1, 3});
    put<std::int64_t>(root, "y", {0}, {1});
  });
  EXPECT_EQ(message(), folder_.file("test.h5") +
                           ": /x has samples of 3; 2, as in the training samples, are needed");
  write("test.h5", [](const h5::Group& root) {
    put<float>(root, "x", {1, 2}, {1, 2});
    put<std::int64_t>(root, "y", {3}, {1});
  });
  EXPECT_EQ(message(), folder_.file("test.h5") +
                           ": /y holds 3 at position 0 (counted from 0); the labels of the "
                           "training samples, 0, 1, 2, are allowed");
}

}  // namespace
}  // namespace plumb::data
