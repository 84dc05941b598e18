#include <gtest/gtest.h>

#include "data/facts.hpp"
#include "data_testing.hpp"

namespace plumb::data {
namespace {

/// A record whose plane k is filled with 10 (k + 1) + label, but for its pixel (0, 1), which is
/// k + 1.
std::string record(char label, const std::string& before = "") {
  std::string bytes = before + label;
  for (int k = 0; k < 3; ++k) {
    std::string plane(1024, static_cast<char>(10 * (k + 1) + label));
    plane[1] = static_cast<char>(k + 1);
    bytes += plane;
  }
  return bytes;
}

class cifar : public testing::Test {
 protected:
  cifar() {
    for (int i = 1; i <= 5; ++i) {
      folder_.write("data_batch_" + std::to_string(i) + ".bin",
                    record(static_cast<char>(i)) + record(static_cast<char>(2 * i - 1)));
    }
  }

  [[nodiscard]] std::unique_ptr<const Dataset> open(std::uint64_t samples = 0) const {
    DataSettings settings = settings_for(Source::Cifar, samples);
    settings.path = folder_.path().string();
    return open_dataset(settings, ".", 1);
  }
  [[nodiscard]] std::string io_error() const {
    return message_of<core::IoError>([this] { (void)open(); });
  }

  TemporaryFolder folder_;
};

TEST_F(cifar, reads_five_batches_as_images_of_three_channels) {
  const auto dataset = open();
  EXPECT_EQ(dataset->source(), "cifar");
  EXPECT_EQ(dataset->image(), (Image{32, 32, 3}));
  EXPECT_EQ(dataset->inputs(), 3072U);
  EXPECT_EQ(dataset->classes(), 10U);
  EXPECT_EQ(dataset->summary().class_names.back(), "9");
  EXPECT_EQ(dataset->size(Split::Train), 10U);
  EXPECT_EQ(dataset->size(Split::Test), 0U);
  const Sample sample = read_sample(*dataset, Split::Train, 5);  // the second of data_batch_3
  EXPECT_EQ(sample.label, 5);
  const std::vector<float> first = {15, 25, 35, 1, 2, 3, 15, 25, 35};  // pixels (0, 0) to (0, 2)
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(sample.x[i], first[i] / 255.0F);
  EXPECT_EQ(look_at(*dataset).class_counts,
            (std::vector<std::uint64_t>{0, 2, 1, 2, 1, 2, 0, 1, 0, 1}));
}

TEST_F(cifar, reads_the_test_batch_and_the_first_samples) {
  folder_.write("test_batch.bin", record(9));
  EXPECT_EQ(open()->size(Split::Test), 1U);
  EXPECT_EQ(read_sample(*open(), Split::Test, 0).label, 9);
  EXPECT_EQ(open(3)->size(Split::Train), 3U);
  EXPECT_EQ(message_of<core::UsageError>([this] { (void)open(11); }),
            "data.samples = 11, but " + folder_.path().string() +
                " holds 10 training samples; 0 (all) to 10 are allowed");
}

TEST_F(cifar, reads_the_hundred_classes_of_cifar_100) {
  TemporaryFolder hundred;
  hundred.write("train.bin", record(99, "\7") + record(3, "\1"));
  DataSettings settings = settings_for(Source::Cifar);
  settings.path = hundred.path().string();
  const auto dataset = open_dataset(settings, ".", 1);
  EXPECT_EQ(dataset->classes(), 100U);
  EXPECT_EQ(read_sample(*dataset, Split::Train, 0).label, 99);
  EXPECT_EQ(read_sample(*dataset, Split::Train, 1).x[0], 13 / 255.0F);
}

TEST_F(cifar, has_channels_that_a_fingerprint_sees_and_images_that_can_be_transposed) {
  DataSettings settings = settings_for(Source::Cifar);
  settings.path = folder_.path().string();
  settings.transpose = true;
  const Sample turned = read_sample(*open_dataset(settings, ".", 1), Split::Train, 0);
  constexpr std::size_t kSecondRow = 96;  // of 32 pixels with 3 channels
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(turned.x[kSecondRow + k], static_cast<float>(k + 1) / 255.0F) << "pixel (1, 0)";
  }
}

TEST_F(cifar, refuses_folders_without_the_binary_files) {
  TemporaryFolder other;
  DataSettings settings = settings_for(Source::Cifar);
  settings.path = other.path().string();
  const auto message = [&] {
    return message_of<core::IoError>([&] { (void)open_dataset(settings, ".", 1); });
  };
  const std::string needed =
      "; the folder of CIFAR's binary version is needed, with data_batch_1.bin to "
      "data_batch_5.bin (or CIFAR-100's train.bin)";
  EXPECT_EQ(message(), settings.path + ": holds no data_batch_1.bin" + needed);
  other.write("data_batch_1", "");
  EXPECT_EQ(
      message(),
      settings.path + ": holds no data_batch_1.bin but the files of the Python version" + needed);
  settings.path = other.file("none");
  EXPECT_EQ(message().find(settings.path + ": no such folder; data.path must name the folder"), 0U);
}

TEST_F(cifar, refuses_missing_truncated_and_wrong_batches) {
  std::filesystem::remove(folder_.file("data_batch_4.bin"));
  EXPECT_EQ(io_error().find(folder_.file("data_batch_4.bin") + ": cannot be opened"), 0U);
  folder_.write("data_batch_4.bin", record(4) + record(4).substr(0, 100));
  EXPECT_EQ(io_error(), folder_.file("data_batch_4.bin") +
                            ": ends after 100 of the 3073 bytes of record 1 (counted from 0); "
                            "whole records of CIFAR-10 are needed");
  folder_.write("data_batch_4.bin", record(4) + record(10));
  EXPECT_EQ(io_error(), folder_.file("data_batch_4.bin") +
                            ": class 10 in record 1 (counted from 0); 0 to 9 are allowed");
  folder_.write("data_batch_4.bin", "");
  EXPECT_EQ(io_error(), folder_.file("data_batch_4.bin") +
                            ": ends after 0 of the 3073 bytes of record 0 (counted from 0); "
                            "whole records of CIFAR-10 are needed");
}

}  // namespace
}  // namespace plumb::data
