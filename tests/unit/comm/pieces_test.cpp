#include "comm/allreduce/schedule.hpp"

#include <gtest/gtest.h>

namespace plumb::comm {
namespace {

TEST(pieces, cover_everything_once_and_in_order) {
  for (const std::size_t total : {0U, 1U, 6U, 7U, 8U, 20U}) {
    std::size_t next = 0;
    for_each_piece(total, 7, [&](std::size_t first, std::size_t count) {
      EXPECT_EQ(first, next);
      EXPECT_LE(count, 7U);
      next += count;
    });
    EXPECT_EQ(next, total);
  }
}

TEST(pieces, of_a_segment_are_empty_beyond_its_end) {
  const Segment segment = {100, 15};
  EXPECT_EQ(segment.pieces(7), 3U);
  EXPECT_EQ(segment.piece(0, 7).first, 100U);
  EXPECT_EQ(segment.piece(2, 7).first, 114U);
  EXPECT_EQ(segment.piece(2, 7).count, 1U);
  EXPECT_EQ(segment.piece(3, 7).count, 0U);
  EXPECT_EQ(Segment{}.pieces(7), 0U);
}

}  // namespace
}  // namespace plumb::comm
