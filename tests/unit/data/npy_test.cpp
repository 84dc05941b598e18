#include <gtest/gtest.h>

#include <limits>

#include "data_testing.hpp"
#include "npy_files.hpp"

namespace plumb::data {
namespace {

constexpr const char* kAllowedTypes =
    "little-endian float32, float64, int8 to int64, uint8 to uint32 and bool are allowed";

const std::vector<float> kX = {1, 2, 3, -8, 0, 0.5};
const std::vector<std::int64_t> kY = {4, 1, 2};

std::string small_x() { return npy("<f4", "(3, 2)", kX); }
std::string small_y() { return npy("<i8", "(3,)", kY); }

class npy_source : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<const Dataset> open(const std::string& name,
                                                    const std::string& test = "",
                                                    std::uint64_t samples = 0) const {
    DataSettings settings = settings_for(Source::Npy, samples);
    settings.path = name;
    settings.test_path = test;
    return open_dataset(settings, folder_.path(), 1);
  }

  /// What is said of `name`, without it.
  [[nodiscard]] std::string complaint(const std::string& name, const std::string& of = "") const {
    const std::string start = folder_.file(of.empty() ? name : of) + ": ";
    const std::string message = message_of<core::IoError>([&] { (void)open(name); });
    EXPECT_TRUE(message.starts_with(start)) << message;
    return message.substr(std::min(start.size(), message.size()));
  }

  void write_pair(const std::string& x, const std::string& y = small_y()) const {
    folder_.write("x.npy", x);
    folder_.write("y.npy", y);
  }
  [[nodiscard]] std::string complaint_on_x(const std::string& x) const {
    write_pair(x);
    return complaint("x.npy");
  }

  TemporaryFolder folder_;
};

void expect_small(const Dataset& dataset) {
  EXPECT_EQ(dataset.source(), "npy");
  EXPECT_EQ(dataset.inputs(), 2U);
  EXPECT_EQ(dataset.classes(), 3U);
  EXPECT_EQ(dataset.size(Split::Train), 3U);
  EXPECT_EQ(read_sample(dataset, Split::Train, 0), (Sample{2, {0.125F, 0.25F}}));
  EXPECT_EQ(read_sample(dataset, Split::Train, 1), (Sample{0, {0.375F, -1.0F}}));
  EXPECT_EQ(read_sample(dataset, Split::Train, 2), (Sample{1, {0.0F, 0.0625F}}));
}

TEST_F(npy_source, reads_an_array_with_its_labels_beside_it) {
  write_pair(small_x());
  expect_small(*open("x.npy"));
  EXPECT_EQ(open("x.npy")->size(Split::Test), 0U);
  EXPECT_EQ(open("x.npy")->summary().class_names, (std::vector<std::string>{"1", "2", "4"}));
  EXPECT_EQ(open("x.npy")->summary().scaling, "all / 8, the largest magnitude");
}

TEST_F(npy_source, finds_the_labels_and_the_test_split_by_the_name) {
  const std::vector<std::pair<const char*, const char*>> names = {
      {"x_train.npy", "y_train.npy"},
      {"X_train.npy", "y_train.npy"},
      {"train-images.npy", "train-labels.npy"},
      {"mine.npy", "mine_labels.npy"},
      {"max.npy", "max_y.npy"}};  // the x of max is no word
  for (const auto& [x, y] : names) {
    TemporaryFolder folder;
    folder.write(x, small_x());
    folder.write(y, small_y());
    DataSettings settings = settings_for(Source::Npy);
    settings.path = folder.file(x);
    expect_small(*open_dataset(settings, ".", 1));
  }
  folder_.write("x_train.npy", small_x());
  folder_.write("y_train.npy", small_y());
  folder_.write("x_test.npy", npy<float>("<f4", "(1, 2)", {8, 16}));
  folder_.write("y_test.npy", npy<std::uint8_t>("|u1", "(1, 1)", {2}));
  EXPECT_EQ(read_sample(*open("x_train.npy"), Split::Test, 0), (Sample{1, {1, 2}}));
}

TEST_F(npy_source, reads_archives_stored_or_deflated_and_of_64_bits) {
  for (const unsigned method : {0U, 8U}) {
    for (const bool zip64 : {false, true}) {
      folder_.write("a.npz", zip({{"y.npy", small_y()}, {"x.npy", small_x()}}, method, zip64));
      expect_small(*open("a.npz"));
    }
  }
  folder_.write("keras.npz", zip({{"x_test.npy", npy<float>("<f4", "(1, 2)", {8, 16})},
                                  {"x_train.npy", small_x()},
                                  {"y_train.npy", small_y()},
                                  {"y_test.npy", npy<std::int64_t>("<i8", "(1,)", {4})}},
                                 8));
  expect_small(*open("keras.npz"));
  EXPECT_EQ(read_sample(*open("keras.npz"), Split::Test, 0), (Sample{2, {1, 2}}));
  EXPECT_EQ(open("a.npz", "keras.npz")->size(Split::Test), 1U);
  EXPECT_EQ(open("keras.npz", "", 2)->size(Split::Train), 2U);
  EXPECT_EQ(open("keras.npz", "", 2)->classes(), 3U);
}

TEST_F(npy_source, reads_an_archive_larger_than_its_buffers) {
  std::vector<float> x(300'000);
  std::uint32_t state = 1;
  for (float& v : x) v = static_cast<float>((state = state * 1664525U + 1013904223U) >> 20);
  std::vector<std::int32_t> y(1000);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int32_t>(i % 3);
  const std::string arrays = npy("<f4", "(1000, 300)", x);
  for (const unsigned method : {0U, 8U}) {
    folder_.write("a.npz", zip({{"x.npy", arrays}, {"y.npy", npy("<i4", "(1000,)", y)}}, method));
    const Sample last = read_sample(*open("a.npz"), Split::Train, 999);
    EXPECT_EQ(last.x[299] * 4095, x.back());
  }
}

TEST_F(npy_source, takes_numbers_of_any_type) {
  write_pair(small_x());
  const Sample expected = read_sample(*open("x.npy"), Split::Train, 1);
  write_pair(npy<double>("<f8", "(3, 2)", {1, 2, 3, -8, 0, 0.5}),
             npy<float>("<f4", "(3,)", {4, 1, 2}));
  EXPECT_EQ(read_sample(*open("x.npy"), Split::Train, 1), expected);
  write_pair(npy<std::int16_t>("<i2", "(3, 2)", {2, 4, 6, -16, 0, 1}));
  EXPECT_EQ(read_sample(*open("x.npy"), Split::Train, 1), expected);
  write_pair(npy<std::int8_t>("|i1", "(3, 2)", {2, 4, 6, -16, 0, 1}));
  EXPECT_EQ(read_sample(*open("x.npy"), Split::Train, 1), expected);
  write_pair(npy<std::uint8_t>("|u1", "(3, 2)", {0, 255, 51, 0, 0, 0}));
  EXPECT_EQ(read_sample(*open("x.npy"), Split::Train, 0), (Sample{2, {0, 1}}));
  EXPECT_EQ(read_sample(*open("x.npy"), Split::Train, 1), (Sample{0, {51 / 255.0F, 0}}));
}

TEST_F(npy_source, has_images_with_channels_first_or_last) {
  const std::vector<std::uint8_t> bytes(2 * 3 * 5 * 6, 1);
  const std::vector<std::pair<std::string, std::optional<Image>>> shapes = {
      {"(2, 5, 6, 3)", Image{5, 6, 3}},
      {"(2, 3, 5, 6)", Image{5, 6, 3}},
      {"(2, 15, 6)", Image{15, 6, 1}},
      {"(2, 15, 6, 1)", Image{15, 6, 1}},
      {"(2, 90)", std::nullopt}};
  for (const auto& [shape, image] : shapes) {
    write_pair(npy("|u1", shape, bytes), npy<std::int64_t>("<i8", "(2,)", {0, 1}));
    EXPECT_EQ(open("x.npy")->image(), image) << shape;
    EXPECT_EQ(open("x.npy")->inputs(), 90U);
  }
  std::vector<std::uint8_t> planes;
  for (std::uint8_t i = 0; i < 90; ++i) planes.push_back(i);
  planes.insert(planes.end(), planes.begin(), planes.end());
  write_pair(npy("|u1", "(2, 3, 5, 6)", planes), npy<std::int64_t>("<i8", "(2,)", {0, 1}));
  const Sample second = read_sample(*open("x.npy"), Split::Train, 1);
  EXPECT_EQ(second.x[0] * 89, 0);
  EXPECT_EQ(second.x[1] * 89, 30) << "the first pixel of the second channel";
  EXPECT_EQ(second.x[89], 1);
}

TEST_F(npy_source, predicts_values_where_a_number_of_y_is_not_whole) {
  write_pair(small_x(), npy<double>("<f8", "(3,)", {0, 1.25, -2}));
  EXPECT_TRUE(open("x.npy")->is_regression());
  EXPECT_EQ(open("x.npy")->classes(), 1U);
  std::vector<float> x(2);
  EXPECT_EQ(open("x.npy")->read(Split::Train, 1, x), 1.25);
}

TEST_F(npy_source, refuses_arrays_of_other_kinds) {
  EXPECT_EQ(complaint_on_x(npy("<f4", "(3, 2)", kX, "True")),
            "is in Fortran order; C order is allowed: numpy.ascontiguousarray(x)");
  EXPECT_EQ(complaint_on_x(npy(">f4", "(3, 2)", kX)),
            std::string("holds big-endian numbers (>f4); ") + kAllowedTypes + ": x.astype('<f4')");
  EXPECT_EQ(complaint_on_x(npy("|O", "(3, 2)", kX)),
            std::string("is an array of type |O; ") + kAllowedTypes);
  EXPECT_EQ(complaint_on_x(npy("<f2", "(3, 2)", kX)),
            std::string("is an array of type <f2; ") + kAllowedTypes);
  EXPECT_EQ(complaint_on_x(npy_text("{'descr': [('a', '<f4')], 'fortran_order': False, "
                                    "'shape': (3,), }\n",
                                    "")),
            std::string("is an array of records; ") + kAllowedTypes);
}

TEST_F(npy_source, refuses_damaged_headers) {
  const std::string allowed = "what numpy.save or numpy.savez writes is allowed";
  EXPECT_EQ(complaint_on_x("1,2,3\n"), "is no .npy array; " + allowed);
  EXPECT_EQ(complaint_on_x(""), "is no .npy array; " + allowed);
  EXPECT_EQ(complaint_on_x("\x93NUMPY\x09" + std::string(20, '\0')),
            "is of format version 9; versions 1 to 3 are allowed");
  EXPECT_EQ(complaint_on_x(small_x().substr(0, 40)),
            "truncated: it ends in its header; the complete array is needed");
  EXPECT_EQ(complaint_on_x("\x93NUMPY" + little_endian(2, 2) + little_endian(0x7fffffff, 4)),
            "has a header of 2147483647 bytes; at most 1048576 are allowed");
  for (const char* header : {"", "{}", "{'descr': '<f4'}", "{'descr':", "{'descr': '",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (3, -2)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2"}) {
    const std::string message = complaint_on_x(npy_text(header, ""));
    EXPECT_TRUE(message.ends_with(allowed)) << message;
  }
}

TEST_F(npy_source, refuses_fewer_numbers_than_announced_and_bytes_behind_them) {
  const std::string whole = small_x();
  EXPECT_EQ(complaint_on_x(whole.substr(0, whole.size() - 1)),
            "truncated: 24 bytes of numbers expected, 23 found; the complete array is needed");
  EXPECT_EQ(complaint_on_x(whole + "x"), "bytes after the array; nothing may follow the numbers");
  write_pair(npy<float>("<f4", "(1000000000, 1000000)", {1}),
             npy<std::int64_t>("<i8", "(1000000000,)", {1}));
  EXPECT_EQ(complaint("x.npy"),
            "truncated: 4000000000000000 bytes of numbers expected, 4 found; the complete array "
            "is needed");
  EXPECT_EQ(complaint_on_x(npy<float>("<f4", "(1000000000000, 1000000000000)", {1})),
            "announces more numbers than there can be (axes: 1000000000000 x 1000000000000); the "
            "complete array is needed");
}

TEST_F(npy_source, refuses_arrays_that_do_not_fit_each_other) {
  EXPECT_EQ(complaint_on_x(npy<float>("<f4", "(0, 2)", {})),
            "is empty or a single number (axes: 0 x 2); (samples, ...) is needed");
  EXPECT_EQ(complaint_on_x(npy<float>("<f4", "()", {1})),
            "is empty or a single number (axes: ); (samples, ...) is needed");
  write_pair(npy<float>("<f4", "(2, 2)", {1, 2, 3, 4}));
  EXPECT_EQ(complaint("x.npy", "y.npy"), "holds 3 values for the 2 samples of " +
                                             folder_.file("x.npy") + "; one each is needed");
  write_pair(small_x(), npy<float>("<f4", "(3, 2)", kX));
  EXPECT_EQ(complaint("x.npy", "y.npy"),
            "is no list of labels (axes: 3 x 2); one number per sample is allowed (of one-hot "
            "rows: y.argmax(1))");
  write_pair(npy<float>("<f4", "(3, 2)", {1, 2, 3, std::numeric_limits<float>::infinity(), 5, 6}));
  EXPECT_EQ(complaint("x.npy"),
            "holds inf as number 3 (counted from 0); finite numbers are allowed");
  folder_.write("x_train.npy", small_x());
  folder_.write("y_train.npy", small_y());
  folder_.write("x_test.npy", npy<float>("<f4", "(1, 3)", {8, 16, 1}));
  folder_.write("y_test.npy", npy<std::int64_t>("<i8", "(1,)", {4}));
  EXPECT_EQ(complaint("x_train.npy", "x_test.npy"),
            "has samples of 3; 2, as in the training samples, are needed");
}

TEST_F(npy_source, refuses_missing_files_and_names_what_it_looked_for) {
  EXPECT_EQ(complaint("none.npy"), "no such file; data.path must name an .npy or .npz file");
  std::filesystem::create_directory(folder_.file("folder"));
  EXPECT_EQ(complaint("folder"), "is a folder; data.path must name an .npy or .npz file");
  folder_.write("x.npy", small_x());
  EXPECT_EQ(complaint("x.npy"),
            "no file with its labels lies beside it; one named y.npy or x_labels.npy or x_y.npy "
            "is needed");
  folder_.write("a.npz", zip({{"arr_0.npy", small_x()}}, 0));
  EXPECT_EQ(complaint("a.npz"),
            "holds arr_0.npy; arrays x and y are needed, or x_train and y_train, x_test and "
            "y_test");
}

TEST_F(npy_source, refuses_damaged_archives) {
  const std::string needed = "; an undamaged zip archive, as numpy.savez writes it, is needed";
  const std::vector<Member> members = {{"x.npy", small_x()}, {"y.npy", small_y()}};
  const std::string whole = zip(members, 8);
  const auto complaint_on = [&](const std::string& content, const std::string& member = "") {
    folder_.write("a.npz", content);
    return complaint("a.npz", "a.npz" + member);
  };
  EXPECT_EQ(complaint_on(whole.substr(0, whole.size() - 30)), "its end is missing" + needed);
  EXPECT_EQ(complaint_on("PK"), "its end is missing" + needed);
  EXPECT_EQ(complaint_on(zip(members, 12), ": x.npy"),
            "compressed by method 12, where 0 (stored) and 8 (deflated) are known" + needed);
  EXPECT_EQ(complaint_on(zip(members, 0, false, 1), ": x.npy"), "encrypted" + needed);
  std::string other = zip(members, 0);
  other[other.find(small_y()) + small_y().size() - 1] = 1;
  EXPECT_EQ(complaint_on(other, ": y.npy"), "damaged: its checksum is another" + needed);
  // Whatever byte is damaged: an error that is told, or the data set.
  for (std::size_t at = 2; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    folder_.write("a.npz", damaged);
    try {
      expect_small(*open("a.npz"));
    } catch (const core::IoError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(folder_.file("a.npz") + ": "));
    }
  }
}

}  // namespace
}  // namespace plumb::data
