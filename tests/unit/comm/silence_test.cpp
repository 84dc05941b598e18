// Who is lost when.
#include "comm/silence.hpp"

#include <gtest/gtest.h>

namespace plumb::comm {
namespace {

std::vector<std::size_t> ranks_of(const std::vector<Silence>& silences) {
  std::vector<std::size_t> ranks;
  for (const Silence& silence : silences) ranks.push_back(silence.rank);
  return ranks;
}

TEST(waking_clock, counts_seconds_from_its_first_call) {
  WakingClock clock(1);
  EXPECT_EQ(clock.advance(1000), 0);
  EXPECT_EQ(clock.advance(1000.5), 0.5);
  EXPECT_EQ(clock.advance(1001.25), 1.25);
}

TEST(waking_clock, does_not_count_the_time_in_which_this_process_was_stopped) {
  WakingClock clock(1);
  clock.advance(0);
  clock.advance(0.5);
  EXPECT_EQ(clock.advance(3600.5), 1.5);  // of the hour, one longest step
  EXPECT_EQ(clock.advance(3601), 2);
}

TEST(waking_clock, never_goes_back) {
  WakingClock clock(1);
  clock.advance(10);
  clock.advance(10.5);
  EXPECT_EQ(clock.advance(9), 0.5);
  EXPECT_EQ(clock.advance(9.25), 0.75);
}

TEST(silences, nobody_is_watched_at_first) {
  const Silences silences(3);
  EXPECT_TRUE(silences.silent_for(0, 1000).empty());
}

TEST(silences, a_rank_is_silent_since_it_was_last_heard) {
  Silences silences(3);
  for (const std::size_t rank : {1U, 2U}) silences.watch(rank, 0);
  silences.heard(1, 4);
  EXPECT_TRUE(silences.silent_for(5, 4.75).empty());
  EXPECT_EQ(ranks_of(silences.silent_for(5, 5)), std::vector<std::size_t>{2});
  EXPECT_EQ(silences.silent_for(5, 5.5).front().seconds, 5.5);
  EXPECT_EQ(ranks_of(silences.silent_for(5, 9)), (std::vector<std::size_t>{1, 2}));
}

// Meeting at the start may have taken long: the clock starts when the watch does.
TEST(silences, a_rank_is_not_silent_before_it_is_watched) {
  Silences silences(2);
  silences.heard(1, 0);
  silences.watch(1, 100);
  EXPECT_TRUE(silences.silent_for(5, 104).empty());
  EXPECT_FALSE(silences.silent_for(5, 105).empty());
}

TEST(silences, who_left_in_order_is_not_missed) {
  Silences silences(2);
  silences.watch(1, 0);
  silences.heard(1, 1);
  silences.left(1);
  EXPECT_TRUE(silences.silent_for(0, 1000).empty());
  EXPECT_TRUE(silences.ever_heard(1));
}

// Its farewell may overtake the agreement on who is watched.
TEST(silences, who_left_before_the_watch_began_is_not_missed) {
  Silences silences(2);
  silences.left(1);
  silences.watch(1, 0);
  EXPECT_FALSE(silences.watched(1));
  EXPECT_TRUE(silences.silent_for(0, 1000).empty());
}

// Its silence counts all the same: it may end, and the others wait for ever.
TEST(silences, who_said_that_it_ends_is_not_missed_at_a_roll_call) {
  Silences silences(4);
  for (const std::size_t rank : {1U, 2U, 3U}) silences.watch(rank, 0);
  silences.announced_end(1);
  silences.heard(3, 2);
  EXPECT_EQ(silences.missing_since(1), std::vector<std::size_t>{2});
  EXPECT_EQ(ranks_of(silences.silent_for(5, 5)), (std::vector<std::size_t>{1, 2}));
}

TEST(silences, know_who_answered_a_call) {
  Silences silences(3);
  EXPECT_FALSE(silences.ever_heard(1));
  silences.heard(1, 7);
  EXPECT_TRUE(silences.ever_heard(1));
  EXPECT_TRUE(silences.heard_since(1, 6.5));
  EXPECT_FALSE(silences.heard_since(1, 7));  // that was before the call
  EXPECT_FALSE(silences.heard_since(2, -1));
}

}  // namespace
}  // namespace plumb::comm
