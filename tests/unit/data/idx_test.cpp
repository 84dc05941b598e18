#include <gtest/gtest.h>

#include <cstdint>

#include "data/facts.hpp"
#include "data_testing.hpp"

namespace plumb::data {
namespace {

constexpr const char* kTrainImages = "train-images-idx3-ubyte";
constexpr const char* kTrainLabels = "train-labels-idx1-ubyte";
constexpr const char* kTestImages = "t10k-images-idx3-ubyte";
constexpr const char* kTestLabels = "t10k-labels-idx1-ubyte";

std::string big_endian(std::uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
          static_cast<char>(v)};
}

/// Pixel p of image i is 40 i + p + first, modulo 256.
std::string images(std::uint32_t count, std::uint32_t rows, std::uint32_t columns,
                   unsigned first = 0) {
  std::string file = big_endian(0x803) + big_endian(count) + big_endian(rows) + big_endian(columns);
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t p = 0; p < rows * columns; ++p) {
      file += static_cast<char>(40 * i + p + first);
    }
  }
  return file;
}

std::string labels(const std::vector<unsigned>& values) {
  std::string file = big_endian(0x801) + big_endian(static_cast<std::uint32_t>(values.size()));
  for (const unsigned v : values) file += static_cast<char>(v);
  return file;
}

class idx : public testing::Test {
 protected:
  idx() {
    folder_.write(kTrainImages, images(3, 2, 3));
    folder_.write(kTrainLabels, labels({9, 0, 4}));
  }

  void add_test_split() const {
    folder_.write(kTestImages, images(2, 2, 3, 250));
    folder_.write(kTestLabels, labels({4, 9}));
  }

  [[nodiscard]] std::unique_ptr<const Dataset> open(std::uint64_t samples = 0) const {
    DataSettings settings = settings_for(Source::Idx, samples);
    settings.path = folder_.path().filename().string();
    return open_dataset(settings, folder_.path().parent_path(), 1);
  }

  [[nodiscard]] std::string io_error() const {
    return message_of<core::IoError>([this] { (void)open(); });
  }

  TemporaryFolder folder_;
};

void expect_written_images(const Dataset& dataset) {
  EXPECT_EQ(dataset.source(), "idx");
  EXPECT_EQ(dataset.inputs(), 6U);
  EXPECT_EQ(dataset.classes(), 3U);
  EXPECT_EQ(dataset.size(Split::Train), 3U);
  const std::vector<std::int32_t> expected_labels = {2, 0, 1};
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Sample sample = read_sample(dataset, Split::Train, i);
    EXPECT_EQ(sample.label, expected_labels[i]);
    for (std::size_t p = 0; p < 6; ++p) {
      EXPECT_EQ(sample.x[p], static_cast<float>(40 * i + p) / 255.0F);
    }
  }
}

TEST_F(idx, reads_raw_files_without_a_test_split) {
  expect_written_images(*open());
  EXPECT_EQ(open()->size(Split::Test), 0U);
}

TEST_F(idx, has_images_of_the_height_and_width_in_the_header) {
  EXPECT_EQ(open()->image(), (Image{2, 3}));
  EXPECT_FALSE(open()->is_regression());
}

TEST_F(idx, reads_gzip_files) {
  for (const std::string name : {kTrainImages, kTrainLabels}) {
    folder_.write_gzip(name + ".gz", folder_.content(name));
    std::filesystem::remove(folder_.file(name));
  }
  expect_written_images(*open());
}

TEST_F(idx, reads_gzip_content_under_a_raw_name) {
  folder_.write_gzip(kTrainImages, folder_.content(kTrainImages));
  expect_written_images(*open());
}

TEST_F(idx, reads_the_test_split) {
  add_test_split();
  const auto dataset = open();
  EXPECT_EQ(dataset->size(Split::Test), 2U);
  const Sample sample = read_sample(*dataset, Split::Test, 0);
  EXPECT_EQ(sample.label, 1);
  EXPECT_EQ(sample.x[5], 1.0F);  // 250 + 5
}

TEST_F(idx, takes_an_absolute_path_as_it_is) {
  DataSettings settings = settings_for(Source::Idx);
  settings.path = folder_.path().string();
  expect_written_images(*open_dataset(settings, "nowhere", 1));
}

TEST_F(idx, uses_the_first_training_samples_and_all_test_samples) {
  add_test_split();
  const auto dataset = open(2);
  EXPECT_EQ(dataset->size(Split::Train), 2U);
  EXPECT_EQ(dataset->size(Split::Test), 2U);
  EXPECT_EQ(read_sample(*dataset, Split::Train, 1).label, 0);
  EXPECT_EQ(open(3)->size(Split::Train), 3U);
}

TEST_F(idx, refuses_more_samples_than_there_are) {
  EXPECT_EQ(message_of<core::UsageError>([this] { (void)open(4); }),
            "data.samples = 4, but " + folder_.file(kTrainImages) +
                " holds 3 training samples; 0 (all) to 3 are allowed");
}

TEST(idx_settings, need_a_path) {
  EXPECT_EQ(
      message_of<core::UsageError>([] { (void)open_dataset(settings_for(Source::Idx), ".", 1); }),
      "data.source = idx needs data.path; allowed: the folder with the four MNIST-named files");
}

TEST(idx_settings, name_a_folder_that_is_not_there) {
  DataSettings settings = settings_for(Source::Idx);
  settings.path = "no/such";
  EXPECT_EQ(message_of<core::IoError>([&] { (void)open_dataset(settings, "data", 1); }),
            "data/no/such: no such folder; data.path must name a folder with "
            "train-images-idx3-ubyte and train-labels-idx1-ubyte, raw or .gz");
}

TEST_F(idx, names_both_names_of_a_missing_file) {
  std::filesystem::remove(folder_.file(kTrainLabels));
  EXPECT_EQ(io_error(), folder_.file(kTrainLabels) +
                            ": not found; found train-images-idx3-ubyte; expected "
                            "train-labels-idx1-ubyte or train-labels.idx1-ubyte, raw or .gz");
}

TEST_F(idx, wants_both_test_files_or_none) {
  folder_.write(kTestImages, images(2, 2, 3));
  EXPECT_EQ(io_error(), folder_.file(kTestLabels) +
                            ": not found; found train-labels-idx1-ubyte; expected "
                            "t10k-labels-idx1-ubyte or t10k-labels.idx1-ubyte, raw or .gz");
}

TEST_F(idx, refuses_a_wrong_magic_number) {
  folder_.write(kTrainImages, labels({1, 2, 3}));
  EXPECT_EQ(io_error(),
            folder_.file(kTrainImages) +
                ": wrong magic number: 0x00000803 expected, 0x00000801 found (unsigned bytes "
                "with 1 dimension); "
                "an IDX file of unsigned bytes with 3 dimensions is allowed");
  folder_.write(kTrainImages, images(3, 2, 3));
  folder_.write(kTrainLabels, "GIF89a.....");
  EXPECT_EQ(io_error(), folder_.file(kTrainLabels) +
                            ": wrong magic number: 0x00000801 expected, 0x47494638 found; "
                            "an IDX file of unsigned bytes with 1 dimension is allowed");
}

TEST_F(idx, refuses_a_truncated_file) {
  const std::string whole = images(3, 2, 3);
  const std::string start = folder_.file(kTrainImages) + ": truncated: ";
  folder_.write(kTrainImages, whole.substr(0, whole.size() - 1));
  EXPECT_EQ(io_error(), start + "34 bytes expected, 33 found; the complete IDX file is needed");
  folder_.write(kTrainImages, whole.substr(0, 10));
  EXPECT_EQ(io_error(), start + "16 bytes expected, 10 found; the complete IDX file is needed");
  folder_.write(kTrainImages, "");
  EXPECT_EQ(io_error(), start + "16 bytes expected, 0 found; the complete IDX file is needed");
}

TEST_F(idx, refuses_a_truncated_gzip_file) {
  // Pixels that do not compress, so that half of the file is about half of the content.
  std::string whole = images(2, 100, 100);
  std::uint32_t state = 1;
  for (std::size_t i = 16; i < whole.size(); ++i) {
    state = state * 1664525U + 1013904223U;
    whole[i] = static_cast<char>(state >> 24);
  }
  folder_.write_gzip(kTrainImages, whole);
  folder_.write(kTrainLabels, labels({1, 2}));
  EXPECT_EQ(open()->size(Split::Train), 2U);
  const std::string packed = folder_.content(kTrainImages);
  folder_.write(kTrainImages, packed.substr(0, packed.size() / 2));
  const std::string half = io_error();
  EXPECT_NE(half.find(": truncated: 20016 bytes expected, "), std::string::npos) << half;
  EXPECT_NE(half.find(" found before the gzip data breaks off; "), std::string::npos) << half;
  folder_.write(kTrainImages, packed.substr(0, packed.size() - 3));
  const std::string no_checksum = io_error();
  EXPECT_NE(no_checksum.find("gzip data breaks off"), std::string::npos) << no_checksum;
}

TEST_F(idx, refuses_damaged_gzip_data) {
  folder_.write_gzip(kTrainImages, images(3, 2, 3));
  std::string packed = folder_.content(kTrainImages);
  packed[packed.size() - 6] = static_cast<char>(~packed[packed.size() - 6]);  // in the CRC
  folder_.write(kTrainImages, packed);
  EXPECT_EQ(io_error(), folder_.file(kTrainImages) +
                            ": damaged gzip data (incorrect data check); "
                            "an undamaged raw or gzip file is allowed");
}

TEST_F(idx, refuses_bytes_after_the_data) {
  folder_.write(kTrainLabels, labels({9, 0, 4}) + "x");
  EXPECT_EQ(io_error(),
            folder_.file(kTrainLabels) +
                ": bytes after the 11 its header announces; nothing may follow the data");
}

TEST_F(idx, refuses_another_number_of_labels_than_images) {
  folder_.write(kTrainLabels, labels({9, 0}));
  EXPECT_EQ(io_error(), folder_.file(kTrainLabels) + ": 2 labels for the 3 images of " +
                            folder_.file(kTrainImages) + "; one each is needed");
}

TEST_F(idx, refuses_test_labels_without_training_samples_and_a_single_class) {
  add_test_split();
  folder_.write(kTestLabels, labels({9, 10}));
  EXPECT_EQ(io_error(), folder_.file(kTestLabels) +
                            ": it holds 10 at position 1 (counted from 0); the labels of the "
                            "training samples, 0, 4, 9, are allowed");
  folder_.write(kTrainLabels, labels({7, 7, 7}));
  EXPECT_EQ(io_error(),
            folder_.file(kTrainLabels) + ": it is 7 everywhere; at least two classes are needed");
}

TEST_F(idx, refuses_test_images_of_another_size) {
  add_test_split();
  folder_.write(kTestImages, images(2, 3, 2));
  EXPECT_EQ(io_error(), folder_.file(kTestImages) + ": images of 3 x 2 pixels; 2 x 3, as in " +
                            folder_.file(kTrainImages) + ", are needed");
}

TEST_F(idx, refuses_images_without_pixels_and_files_without_images) {
  folder_.write(kTrainImages, images(3, 0, 3));
  EXPECT_EQ(io_error(), folder_.file(kTrainImages) +
                            ": images of 0 x 3 pixels; 1 to 65535 rows and columns are allowed");
  folder_.write(kTrainImages, images(0, 2, 3));
  EXPECT_EQ(io_error(), folder_.file(kTrainImages) + ": it holds no images; at least 1 is needed");
}

TEST_F(idx, survives_a_header_that_announces_more_than_any_memory) {
  folder_.write(kTrainImages, big_endian(0x803) + big_endian(0xffffffffU) + big_endian(65535) +
                                  big_endian(65535) + "abc");
  EXPECT_EQ(io_error(), folder_.file(kTrainImages) +
                            ": truncated: 18446181123756261391 bytes expected, 19 found; "
                            "the complete IDX file is needed");
}

/// Labels that go round from `first` to `last`, as many as there are images of one pixel.
void write_classes(const TemporaryFolder& folder, unsigned first, unsigned last) {
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 70; ++i) values.push_back(first + i % (last - first + 1));
  folder.write(kTrainImages, images(70, 1, 1));
  folder.write(kTrainLabels, labels(values));
}

TEST_F(idx, has_the_classes_that_its_labels_say) {
  write_classes(folder_, 1, 26);  // EMNIST's letters
  EXPECT_EQ(open()->classes(), 26U);
  EXPECT_EQ(read_sample(*open(), Split::Train, 0).label, 0);
  EXPECT_EQ(read_sample(*open(), Split::Train, 25).label, 25);
  EXPECT_EQ(open(5)->classes(), 26U) << "also where a few of the samples are used";
  const DatasetSummary summary = open()->summary();
  EXPECT_EQ(summary.class_names.front(), "1");
  EXPECT_EQ(summary.class_names.back(), "26");
  EXPECT_EQ(look_at(*open()).class_counts.front(), 3U) << "of 70 samples";
  EXPECT_EQ(summary.scaling, "bytes / 255");
  write_classes(folder_, 0, 46);
  EXPECT_EQ(open()->classes(), 47U);
  write_classes(folder_, 0, 61);
  EXPECT_EQ(open()->classes(), 62U);
}

TEST_F(idx, finds_names_with_a_dot_raw_or_gzip) {
  folder_.write_gzip("train-images.idx3-ubyte.gz", folder_.content(kTrainImages));
  folder_.write("train-labels.idx1-ubyte", folder_.content(kTrainLabels));
  std::filesystem::remove(folder_.file(kTrainImages));
  std::filesystem::remove(folder_.file(kTrainLabels));
  expect_written_images(*open());
  folder_.write("test-images.idx3-ubyte", images(1, 2, 3));
  folder_.write_gzip("test-labels-idx1-ubyte.gz", labels({0}));
  EXPECT_EQ(open()->size(Split::Test), 1U);
}

class idx_with_a_name_in_front : public idx {
 protected:
  void rename_to(const std::string& name) const {
    for (const char* file : {kTrainImages, kTrainLabels, kTestImages, kTestLabels}) {
      std::string other = name + file;
      if (const std::size_t at = other.find("t10k"); at != std::string::npos) {
        other.replace(at, 4, "test");
      }
      folder_.write(other, folder_.content(file));
    }
  }
  void remove_plain() const {
    for (const char* file : {kTrainImages, kTrainLabels, kTestImages, kTestLabels}) {
      std::filesystem::remove(folder_.file(file));
    }
  }
};

TEST_F(idx_with_a_name_in_front, is_found_where_it_is_the_only_one) {
  add_test_split();
  rename_to("emnist-letters-");
  remove_plain();
  expect_written_images(*open());
  EXPECT_EQ(open()->size(Split::Test), 2U);
}

TEST_F(idx_with_a_name_in_front, is_picked_by_the_path_where_there_are_several) {
  add_test_split();
  rename_to("emnist-letters-");
  rename_to("emnist-digits-");
  EXPECT_EQ(open()->size(Split::Train), 3U) << "the plain names come first";
  remove_plain();
  EXPECT_EQ(io_error(), folder_.path().string() +
                            ": holds 2 data sets; allowed for data.path: one of " +
                            folder_.file("emnist-digits") + ", " + folder_.file("emnist-letters"));
  DataSettings settings = settings_for(Source::Idx);
  settings.path = "emnist-letters";
  expect_written_images(*open_dataset(settings, folder_.path(), 1));
}

TEST_F(idx, names_near_misses) {
  std::filesystem::rename(folder_.file(kTrainImages), folder_.file("Train_Images.idx3-ubyte"));
  EXPECT_EQ(io_error(), folder_.file(kTrainImages) +
                            ": not found; found Train_Images.idx3-ubyte; expected "
                            "train-images-idx3-ubyte or train-images.idx3-ubyte, raw or .gz");
  std::filesystem::rename(folder_.file("Train_Images.idx3-ubyte"), folder_.file(kTrainImages));
  folder_.write("t10k-images-idx3-ubyte.zip", "");
  EXPECT_EQ(io_error(), folder_.file(kTestImages) +
                            ": not found; found t10k-images-idx3-ubyte.zip; expected "
                            "t10k-images-idx3-ubyte or t10k-images.idx3-ubyte, raw or .gz");
  DataSettings settings = settings_for(Source::Idx);
  settings.path = kTrainImages;
  const std::string file =
      message_of<core::IoError>([&] { (void)open_dataset(settings, folder_.path(), 1); });
  EXPECT_EQ(file.find(folder_.file(kTrainImages) + ": is a file; data.path must name"), 0U) << file;
}

TEST_F(idx, can_be_transposed) {
  DataSettings settings = settings_for(Source::Idx);
  settings.path = folder_.path().string();
  settings.transpose = true;
  const auto turned = open_dataset(settings, ".", 1);
  EXPECT_EQ(turned->image(), (Image{3, 2}));
  const std::vector<float> x = read_sample(*turned, Split::Train, 0).x;
  const std::vector<float> pixels = {0, 3, 1, 4, 2, 5};  // of rows 0 1 2 and 3 4 5
  for (std::size_t p = 0; p < 6; ++p) EXPECT_EQ(x[p], pixels[p] / 255.0F);
  EXPECT_EQ(turned->summary().class_names, open()->summary().class_names);
  settings.source = Source::Spirals;
  settings.path.clear();
  EXPECT_EQ(message_of<core::UsageError>([&] { (void)open_dataset(settings, ".", 1); }),
            "data.transpose = true, but the samples of spirals are no images; allowed: false");
}

TEST_F(idx, refuses_a_folder_in_place_of_a_file) {
  std::filesystem::remove(folder_.file(kTrainImages));
  std::filesystem::create_directory(folder_.file(kTrainImages));
  EXPECT_EQ(io_error(), folder_.file(kTrainImages) +
                            ": not found; found train-images-idx3-ubyte/; expected "
                            "train-images-idx3-ubyte or train-images.idx3-ubyte, raw or .gz");
}

}  // namespace
}  // namespace plumb::data
