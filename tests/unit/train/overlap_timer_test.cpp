#include "train/timing_log.hpp"

#include <gtest/gtest.h>

namespace plumb::train {
namespace {

TEST(overlap_timer, counts_a_second_as_exposed_or_hidden_or_neither_but_never_twice) {
  OverlapTimer timer;
  timer.start_step();
  timer.enter(1);
  EXPECT_EQ(timer.leave(false, 2), 1);  // a look at nothing: exposed
  timer.enter(5);                       // 2 to 5: nothing was under way
  timer.leave(true, 6);
  timer.enter(10);  // 6 to 10: hidden
  timer.leave(true, 11);
  timer.enter(13);  // 11 to 13: hidden
  EXPECT_EQ(timer.leave(false, 20), 7);
  EXPECT_EQ(timer.exposed_seconds(), 1 + 1 + 1 + 7);
  EXPECT_EQ(timer.hidden_seconds(), 4 + 2);
}

TEST(overlap_timer, forgets_the_last_step) {
  OverlapTimer timer;
  timer.enter(1);
  timer.leave(true, 2);
  timer.start_step();
  timer.enter(100);
  timer.leave(false, 101);
  EXPECT_EQ(timer.exposed_seconds(), 1);
  EXPECT_EQ(timer.hidden_seconds(), 0);
}

}  // namespace
}  // namespace plumb::train
