#include "h5/row_reader.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "h5/file.hpp"
#include "temporary_folder.hpp"

namespace plumb::h5 {
namespace {

using plumb::testing::TemporaryFolder;

constexpr std::uint64_t kRows = 103;
constexpr std::size_t kValues = 6;  // 2 x 3

template <class T>
std::vector<T> counted() {
  std::vector<T> values(kRows * kValues);
  std::iota(values.begin(), values.end(), T{0});
  return values;
}

/// (103, 2, 3) numbers 0, 1, 2, ..., of which bytes wrap around.
template <class T>
Dataset written(const TemporaryFolder& folder, const std::vector<std::uint64_t>& chunk = {}) {
  {
    File file = File::create(folder / "a.h5");
    const DatasetSpec spec{TypeOf<T>::value, {kRows, 2, 3}, chunk, false, !chunk.empty()};
    file.root().create_dataset("x", spec).write(std::span<const T>(counted<T>()));
    file.close();
  }
  return File::open(folder / "a.h5").root().open_dataset("x");
}

template <class T>
void expect_every_row(RowReader& reader) {
  const std::vector<T> all = counted<T>();
  ASSERT_EQ(reader.rows(), kRows);
  ASSERT_EQ(reader.row_values(), kValues);
  std::vector<float> row(kValues);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const std::uint64_t index = i * 37 % kRows;  // in no order
    reader.read(index, row);
    for (std::size_t k = 0; k < kValues; ++k) {
      ASSERT_EQ(row[k], static_cast<float>(all[index * kValues + k])) << "row " << index;
    }
  }
}

template <class T>
void expect_every_row_of_every_layout() {
  for (const auto& chunk : std::vector<std::vector<std::uint64_t>>{{}, {10, 2, 3}, {7, 1, 2}}) {
    for (const std::size_t kept : {std::size_t{0}, std::size_t{300}, std::size_t{1} << 20}) {
      const TemporaryFolder folder;
      RowReader reader(written<T>(folder, chunk), kept);
      expect_every_row<T>(reader);
      expect_every_row<T>(reader);
    }
  }
}

TEST(row_reader, gives_every_row_whatever_the_chunks_and_however_little_it_keeps) {
  expect_every_row_of_every_layout<float>();
  expect_every_row_of_every_layout<double>();
  expect_every_row_of_every_layout<std::uint8_t>();
  expect_every_row_of_every_layout<std::int32_t>();
}

TEST(row_reader, gives_rows_to_several_threads_at_once) {
  const TemporaryFolder folder;
  RowReader reader(written<std::int64_t>(folder, {4, 2, 3}), 400);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&reader] {
      for (int i = 0; i < 20; ++i) expect_every_row<std::int64_t>(reader);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(dataset, reads_chosen_rows_and_says_what_numbers_and_chunks_it_has) {
  const TemporaryFolder folder;
  const Dataset dataset = written<std::uint8_t>(folder, {10, 2, 3});
  EXPECT_EQ(dataset.type(), Type::Uint8);
  EXPECT_EQ(dataset.number_kind(), NumberKind::Integer);
  EXPECT_EQ(dataset.rows_per_chunk(), 10U);
  std::vector<std::uint8_t> rows(2 * kValues);
  dataset.read_rows(9, std::span(rows));
  EXPECT_EQ(rows.front(), 54);
  EXPECT_EQ(rows.back(), 65);
  const TemporaryFolder other;
  const Dataset contiguous = written<double>(other);
  EXPECT_EQ(contiguous.number_kind(), NumberKind::Floating);
  EXPECT_EQ(contiguous.rows_per_chunk(), 0U);
}

}  // namespace
}  // namespace plumb::h5
