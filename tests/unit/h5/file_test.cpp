#include "h5/file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace plumb::h5 {
namespace {

using plumb::testing::message_of;
using plumb::testing::TemporaryFolder;

template <class T>
void expect_round_trip(const std::vector<T>& values) {
  const TemporaryFolder folder;
  {
    File file = File::create(folder / "a.h5");
    file.root()
        .create_dataset("d", {TypeOf<T>::value, {2, values.size() / 2}, {}, false})
        .write(std::span<const T>(values));
    file.close();
  }
  const Dataset read = File::open(folder / "a.h5").root().open_dataset("d");
  EXPECT_EQ(read.type(), TypeOf<T>::value);
  EXPECT_EQ(read.dims(), (std::vector<std::uint64_t>{2, values.size() / 2}));
  EXPECT_EQ(read.read<T>(), values);
}

TEST(dataset, gives_back_the_numbers_of_every_type) {
  expect_round_trip<float>({1.5F, -2.25F, std::numeric_limits<float>::denorm_min(), 3e38F});
  expect_round_trip<double>({0.1, -1e-308, std::numeric_limits<double>::infinity(), 5e-324});
  expect_round_trip<std::int32_t>({-1, 0, 1, std::numeric_limits<std::int32_t>::min()});
  expect_round_trip<std::int64_t>({-1, 0, 1, std::numeric_limits<std::int64_t>::max()});
  expect_round_trip<std::uint64_t>({0, 1, 2, std::numeric_limits<std::uint64_t>::max()});
}

TEST(dataset, gives_back_texts_empty_long_and_beyond_ascii) {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = {"", "∇δ größer", std::string(200'000, 'x')};
  File file = File::create(folder / "a.h5");
  const Dataset dataset = file.root().create_dataset("t", {Type::String, {3}, {}, false});
  dataset.write_strings(texts);
  EXPECT_EQ(dataset.read_strings(), texts);
  EXPECT_EQ(dataset.type(), Type::String);
}

TEST(dataset, grows_by_rows_in_the_order_of_appending) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "a.h5");
  const Dataset dataset = file.root().create_dataset("d", {Type::Float64, {0, 3}, {2, 3}, true});
  std::vector<double> all(15);
  std::iota(all.begin(), all.end(), 0.0);
  const std::span<const double> rows(all);
  dataset.append(rows.first(3));
  dataset.append(rows.subspan(3, 0));
  dataset.append(rows.subspan(3));
  EXPECT_EQ(dataset.dims(), (std::vector<std::uint64_t>{5, 3}));
  EXPECT_EQ(dataset.read<double>(), all);
  EXPECT_TRUE(dataset.extendable());
}

TEST(dataset, takes_little_room_for_zeros_when_compressed) {
  const TemporaryFolder folder;
  std::vector<std::uint64_t> counts(100'000);
  counts[7] = 3;
  counts.back() = std::numeric_limits<std::uint64_t>::max();
  {
    File file = File::create(folder / "a.h5");
    DatasetSpec spec{Type::Uint64, {0, 1000}, {10, 1000}, true};
    spec.compressed = true;
    {
      const Dataset dataset = file.root().create_dataset("d", spec);
      dataset.append<std::uint64_t>(counts);
    }
    file.close();
  }
  // 800 kB of numbers; deflate makes at best about 1/1000 of zeros, and the file has a frame.
  EXPECT_LT(std::filesystem::file_size(folder / "a.h5"), 20'000U);
  EXPECT_EQ(File::open(folder / "a.h5").root().open_dataset("d").read<std::uint64_t>(), counts);
}

TEST(dataset, refuses_a_number_of_values_that_does_not_fit) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "a.h5");
  const std::vector<double> two(2);
  const Dataset fixed = file.root().create_dataset("f", {Type::Float64, {3}, {}, false});
  EXPECT_THROW(fixed.write<double>(two), std::invalid_argument);
  const Dataset growing = file.root().create_dataset("g", {Type::Float64, {0, 3}, {1, 3}, true});
  EXPECT_THROW(growing.append<double>(two), std::invalid_argument);
  EXPECT_EQ(growing.dims().front(), 0U);
}

TEST(dataset, names_the_scale_of_each_axis) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "a.h5");
  const Group group = file.root().create_group("g");
  const Dataset layer = group.create_dataset("layer", {Type::Int64, {3}, {}, false});
  layer.make_scale();
  const Dataset data = group.create_dataset("d", {Type::Float64, {2, 3}, {}, false});
  EXPECT_EQ(data.scale_names(), (std::vector<std::string>{"", ""}));
  data.attach_scale(1, layer);
  EXPECT_EQ(data.scale_names(), (std::vector<std::string>{"", "layer"}));
  EXPECT_TRUE(layer.is_scale());
  EXPECT_FALSE(data.is_scale());
}

TEST(attribute, gives_back_every_kind_of_value) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "a.h5");
  const Group group = file.root().create_group("g");
  group.set_int("int", -3);
  group.set_real("real", 0.1);
  group.set_text("text", "χ₁");
  group.set_text("empty", "");
  group.set_texts("texts", {"step", "layer"});
  EXPECT_EQ(group.attribute("int"), AttributeValue(std::int64_t{-3}));
  EXPECT_EQ(group.attribute("real"), AttributeValue(0.1));
  EXPECT_EQ(group.attribute("text"), AttributeValue(std::string("χ₁")));
  EXPECT_EQ(group.attribute("empty"), AttributeValue(std::string()));
  EXPECT_EQ(group.attribute("texts"), AttributeValue(std::vector<std::string>{"step", "layer"}));
  EXPECT_EQ(group.attribute("absent"), AttributeValue());
}

// HDF5 stores attributes differently from the ninth on; that switch has had bugs together with
// creation order.
TEST(attribute, can_be_many_on_one_object) {
  const TemporaryFolder folder;
  {
    const File file = File::create(folder / "a.h5");
    for (int i = 0; i < 40; ++i) file.root().set_int("a" + std::to_string(i), i);
  }
  const Group root = File::open(folder / "a.h5").root();
  EXPECT_EQ(root.attribute_names().size(), 40U);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(root.attribute("a" + std::to_string(i)), AttributeValue(std::int64_t{i}));
  }
}

TEST(group, lists_its_members_by_kind_and_name) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "a.h5");
  const Group root = file.root();
  static_cast<void>(root.create_group("z"));
  static_cast<void>(root.create_group("a"));
  static_cast<void>(root.create_dataset("d", {Type::Int32, {1}, {}, false}));
  EXPECT_EQ(root.group_names(), (std::vector<std::string>{"a", "z"}));
  EXPECT_EQ(root.dataset_names(), std::vector<std::string>{"d"});
  EXPECT_TRUE(root.has("d"));
  EXPECT_FALSE(root.has("e"));
}

TEST(file, is_bounded_to_the_1_8_format) {
  const TemporaryFolder folder;
  { const File file = File::create(folder / "a.h5"); }
  std::ifstream stream(folder / "a.h5", std::ios::binary);
  char start[9] = {};
  stream.read(start, sizeof start);
  EXPECT_LE(start[8], 2);  // superblock 3 came with 1.10
}

TEST(file, is_never_created_over_another) {
  const TemporaryFolder folder;
  const std::string name = folder / "a.h5";
  std::ofstream(name) << "precious";
  const std::string message = message_of<core::IoError>([&] { auto f = File::create(name); });
  EXPECT_EQ(message, name + ": H5Fcreate: File exists");
}

TEST(file, says_in_plain_words_why_it_cannot_be_opened) {
  const TemporaryFolder folder;
  const auto message = [](const std::string& name) {
    return message_of<core::IoError>([&] { auto f = File::open(name); });
  };
  const std::string missing = folder / "missing.h5";
  EXPECT_EQ(message(missing), missing + ": No such file or directory");
  EXPECT_EQ(message(folder.path()),
            folder.path().string() + ": is a folder; allowed: an HDF5 file");
  const std::string foreign = folder / "foreign.h5";
  std::ofstream(foreign) << "step,loss\n1,2\n";
  EXPECT_EQ(message(foreign), foreign + ": not an HDF5 file");
  std::ofstream(foreign, std::ios::trunc) << "";
  EXPECT_EQ(message(foreign), foreign + ": not an HDF5 file");
}

TEST(file, says_that_it_was_cut_short) {
  const TemporaryFolder folder;
  const std::string name = folder / "a.h5";
  {
    const File file = File::create(name);
    const std::vector<double> values(1000, 1.0);
    file.root().create_dataset("d", {Type::Float64, {1000}, {}, false}).write<double>(values);
  }
  std::filesystem::resize_file(name, 3000);
  const std::string message = message_of<core::IoError>([&] { auto f = File::open(name); });
  EXPECT_NE(message.find(name + ": H5Fopen: truncated file"), std::string::npos) << message;
}

TEST(file, names_the_call_the_object_and_the_reason_of_a_failure) {
  const TemporaryFolder folder;
  const std::string name = folder / "a.h5";
  const File file = File::create(name);
  const Group group = file.root().create_group("g");
  const std::string message =
      message_of<core::IoError>([&] { auto d = group.open_dataset("absent"); });
  EXPECT_EQ(message.rfind(name + ": H5Dopen2 /g/absent: ", 0), 0U) << message;
  EXPECT_NE(message.find("doesn't exist"), std::string::npos) << message;
}

TEST(file, prints_nothing_of_its_own_when_a_call_fails) {
  const TemporaryFolder folder;
  const File file = File::create(folder / "a.h5");
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(static_cast<void>(file.root().open_group("absent")), core::IoError);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace plumb::h5
