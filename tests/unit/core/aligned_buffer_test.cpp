#include "core/aligned_buffer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace plumb::core {
namespace {

TEST(aligned_buffer, starts_on_a_cache_line_and_holds_zeros) {
  for (const std::size_t count : {1, 15, 16, 17, 1000}) {
    const AlignedBuffer<float> buffer(count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % kAlignmentBytes, 0U);
    ASSERT_EQ(buffer.size(), count);
    for (const float x : buffer.span()) EXPECT_EQ(x, 0.0F);
  }
}

TEST(aligned_buffer, can_be_empty) {
  const AlignedBuffer<double> none;
  const AlignedBuffer<double> zero(0);
  EXPECT_TRUE(none.span().empty());
  EXPECT_TRUE(zero.span().empty());
}

TEST(aligned_buffer, keeps_what_is_written) {
  AlignedBuffer<int> buffer(3);
  buffer[0] = 1;
  buffer.span()[2] = 7;
  const AlignedBuffer<int>& view = buffer;
  EXPECT_EQ(view[0], 1);
  EXPECT_EQ(view[1], 0);
  EXPECT_EQ(view.data()[2], 7);
}

TEST(aligned_buffer, hands_its_memory_over_when_moved) {
  AlignedBuffer<int> from(4);
  from[3] = 9;
  const int* const memory = from.data();
  const AlignedBuffer<int> to = std::move(from);
  EXPECT_EQ(to.data(), memory);
  EXPECT_EQ(to.size(), 4U);
  EXPECT_EQ(to[3], 9);
  // NOLINTBEGIN(bugprone-use-after-move): moved-from is empty
  EXPECT_EQ(from.data(), nullptr);
  EXPECT_TRUE(from.span().empty());
  // NOLINTEND(bugprone-use-after-move)
}

}  // namespace
}  // namespace plumb::core
