#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

constexpr const char* kTrain = "train.csv";
constexpr const char* kTest = "test.csv";

class csv : public testing::Test {
 protected:
  csv() { folder_.write(kTrain, "1,2,0\n3,-8,1\n0,0.5,2\n"); }

  [[nodiscard]] std::unique_ptr<const Dataset> open(std::uint64_t samples = 0) const {
    DataSettings settings = settings_for(Source::Csv, samples);
    settings.path = kTrain;
    settings.scale = Scale::Magnitude;
    if (std::filesystem::exists(folder_.file(kTest))) settings.test_path = kTest;
    return open_dataset(settings, folder_.path(), 1);
  }

  [[nodiscard]] std::string io_error() const {
    return message_of<core::IoError>([this] { (void)open(); });
  }

  /// The message for a training file, without the file's name.
  [[nodiscard]] std::string complaint(const std::string& content) const {
    folder_.write(kTrain, content);
    const std::string message = io_error();
    const std::string name = folder_.file(kTrain);
    EXPECT_EQ(message.substr(0, name.size()), name);
    return message.substr(std::min(name.size(), message.size()));
  }

  TemporaryFolder folder_;
};

void expect_written_samples(const Dataset& dataset) {
  EXPECT_EQ(dataset.source(), "csv");
  EXPECT_EQ(dataset.inputs(), 2U);
  EXPECT_EQ(dataset.classes(), 3U);
  EXPECT_EQ(dataset.size(Split::Train), 3U);
  EXPECT_EQ(read_sample(dataset, Split::Train, 0), (Sample{0, {0.125F, 0.25F}}));
  EXPECT_EQ(read_sample(dataset, Split::Train, 1), (Sample{1, {0.375F, -1.0F}}));
  EXPECT_EQ(read_sample(dataset, Split::Train, 2), (Sample{2, {0.0F, 0.0625F}}));
}

TEST_F(csv, divides_by_the_largest_magnitude_and_takes_the_class_from_the_end) {
  expect_written_samples(*open());
  EXPECT_EQ(open()->size(Split::Test), 0U);
}

TEST_F(csv, skips_comments_empty_lines_a_header_and_blanks) {
  folder_.write(kTrain,
                "\xef\xbb\xbf# made by hand\r\n\r\nwidth,height,class\r\n 1, +2 ,0\r\n"
                "3,-8e0,\t1\r\n# in between\r\n0,.5,2.0");
  expect_written_samples(*open());
}

TEST_F(csv, takes_a_square_number_of_features_for_a_image) {
  EXPECT_EQ(open()->image(), std::nullopt);  // two features
  folder_.write(kTrain, "1,2,3,4,0\n1,2,3,4,1\n");
  EXPECT_EQ(open()->image(), (Image{2, 2}));
  EXPECT_FALSE(open()->is_regression());
}

TEST_F(csv, reads_gzip_files) {
  folder_.write_gzip(kTrain, folder_.content(kTrain));
  expect_written_samples(*open());
}

TEST_F(csv, scales_the_test_file_like_the_training_file) {
  folder_.write(kTest, "# test\n16,4,1\n");
  const auto dataset = open();
  EXPECT_EQ(dataset->size(Split::Test), 1U);
  EXPECT_EQ(read_sample(*dataset, Split::Test, 0), (Sample{1, {2.0F, 0.5F}}));
}

TEST_F(csv, uses_the_first_samples_with_scale_and_classes_of_the_whole_file) {
  const auto dataset = open(1);
  EXPECT_EQ(dataset->size(Split::Train), 1U);
  EXPECT_EQ(dataset->classes(), 3U);
  EXPECT_EQ(read_sample(*dataset, Split::Train, 0), (Sample{0, {0.125F, 0.25F}}));
  EXPECT_EQ(message_of<core::UsageError>([this] { (void)open(4); }),
            "data.samples = 4, but " + folder_.file(kTrain) +
                " holds 3 training samples; 0 (all) to 3 are allowed");
}

TEST_F(csv, leaves_features_that_are_all_zero) {
  folder_.write(kTrain, "0,0\n0,1\n");
  EXPECT_EQ(read_sample(*open(), Split::Train, 1), (Sample{1, {0.0F}}));
}

TEST(csv_settings, need_a_path_that_exists) {
  DataSettings settings = settings_for(Source::Csv);
  const auto open = [&settings] { (void)open_dataset(settings, "data", 1); };
  EXPECT_EQ(message_of<core::UsageError>(open),
            "data.source = csv needs data.path; allowed: the file with the training samples, label "
            "last");
  settings.path = "nothing.csv";
  EXPECT_EQ(message_of<core::IoError>(open),
            "data/nothing.csv: no such file; data.path must name a CSV file, raw or gzip");
}

TEST_F(csv, names_a_missing_test_file) {
  DataSettings settings = settings_for(Source::Csv);
  settings.path = kTrain;
  settings.test_path = "absent.csv";
  EXPECT_EQ(message_of<core::IoError>([&] { (void)open_dataset(settings, folder_.path(), 1); }),
            folder_.file("absent.csv") +
                ": no such file; data.test_path must name a CSV file, raw or gzip");
}

TEST_F(csv, names_the_line_of_a_field_that_is_no_finite_number) {
  EXPECT_EQ(complaint("# c\n1,2,0\n3,x,1\n"),
            ":3: field 2 is \"x\"; finite numbers are allowed; data.drop = 2 leaves the column "
            "out, data.label = 2 makes it the label");
  for (const char* word : {"4 5", "-inf", "1e39", "--1"}) {
    const std::string message = complaint(std::string("1,2,0\n5,") + word + ",1\n");
    EXPECT_EQ(message.find(fmt::format(":2: field 2 is \"{}\"; finite numbers", word)), 0)
        << message;
  }
  EXPECT_EQ(complaint("1,x,0\n").find(":1: field 2 is \"x\"; finite numbers are allowed"), 0U);
}

TEST_F(csv, names_the_line_of_a_missing_value) {
  for (const char* word : {"", "?", "NA", "nan", "NULL"}) {
    EXPECT_EQ(complaint(fmt::format("1,2,0\n{},4,1\n", word)),
              fmt::format(":2: field 1 is \"{}\", a missing value; numbers are needed; "
                          "data.missing = drop leaves such samples out, mean puts the column's "
                          "mean there",
                          word));
    EXPECT_EQ(complaint(fmt::format("1,2,0\n3,4,1\n3,4,{}\n", word)),
              fmt::format(":3: the label, column 3, is \"{}\"; a label is needed; data.missing = "
                          "drop leaves such samples out",
                          word));
  }
}

TEST_F(csv, names_the_line_with_another_number_of_fields) {
  EXPECT_EQ(complaint("1,2,0\n3,1\n"), ":2: 2 fields; 3, as in the lines before, are needed");
  EXPECT_EQ(complaint("1,2,0\n3,1,1,\n"), ":2: 4 fields; 3, as in the lines before, are needed");
  EXPECT_EQ(complaint("5\n"),
            ":1: one field; at least one number and the label, separated by , ; | tabs or blanks, "
            "are needed");
}

TEST_F(csv, refuses_labels_that_are_no_classes) {
  EXPECT_EQ(complaint("1,2,0\n1,2,1.5\n"),
            ":2: the label, column 3, looks like a measurement: it is 1.5; allowed: data.label = "
            "first, or the name or number of another column, or data.task = regression");
  EXPECT_EQ(complaint("1,2,0\n1,2,cat\n"),
            ":2: the label, column 3, is \"cat\", and a number in all other lines; a number is "
            "allowed");
  std::string wine = "kind,ash,proline\n";
  for (int i = 0; i < 40; ++i) wine += fmt::format("{},{},{}\n", i % 3 + 1, i % 7, 278 + i);
  EXPECT_EQ(complaint(wine),
            ": the label, column 3 (\"proline\"), looks like a measurement: it has 40 different "
            "values in 40 samples; allowed: data.label = first, or the name or number of another "
            "column (the first column holds 3 different whole numbers), or data.task = regression");
}

TEST_F(csv, refuses_files_without_samples_or_with_one_class) {
  const std::string none = ": no samples; at least one line of numbers and a label is needed";
  EXPECT_EQ(complaint(""), none);
  EXPECT_EQ(complaint("# nothing\na,b\n\n"), none);
  EXPECT_EQ(complaint("1,0\n2,0\n"),
            ": the label, column 2, is 0 in every line; at least two classes are needed "
            "(data.label names the column)");
}

TEST_F(csv, refuses_a_test_file_that_does_not_fit_the_training_file) {
  folder_.write(kTest, "1,2,0\n1,2,3\n");
  EXPECT_EQ(io_error(), folder_.file(kTest) + ":2: the label is \"3\"; those of " +
                            folder_.file(kTrain) + " are allowed: 0, 1, 2");
  folder_.write(kTest, "# wide\n1,2,3,0\n");
  EXPECT_EQ(io_error(), folder_.file(kTest) + ":2: 4 fields; 3, as in " + folder_.file(kTrain) +
                            ", are needed");
  folder_.write(kTrain, "a,b,y\n1,2,0\n2,1,1\n");
  folder_.write(kTest, "b,a,y\n1,2,0\n2,1,1\n");
  EXPECT_EQ(io_error(), folder_.file(kTest) + ":1: column 1 is \"b\"; \"a\", as in " +
                            folder_.file(kTrain) + ", is needed");
}

TEST_F(csv, refuses_a_truncated_gzip_file) {
  folder_.write_gzip(kTrain, folder_.content(kTrain));
  const std::string packed = folder_.content(kTrain);
  const std::string message = complaint(packed.substr(0, packed.size() - 4));
  EXPECT_EQ(message,
            ": truncated: the gzip data breaks off after 21 bytes of content; "
            "the complete file is needed");
}

}  // namespace
}  // namespace plumb::data
