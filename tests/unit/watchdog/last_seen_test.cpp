// Who is lost when.
#include "watchdog/participant.hpp"

#include <gtest/gtest.h>

namespace plumb::watchdog {
namespace {

TEST(awake_clock, counts_seconds_from_its_first_call) {
  AwakeClock clock(1);
  EXPECT_EQ(clock.advance(1000), 0);
  EXPECT_EQ(clock.advance(1000.5), 0.5);
  EXPECT_EQ(clock.advance(1001.25), 1.25);
}

TEST(awake_clock, does_not_count_the_time_in_which_this_process_was_stopped) {
  AwakeClock clock(1);
  clock.advance(0);
  clock.advance(0.5);
  EXPECT_EQ(clock.advance(3600.5), 1.5);  // of the hour, one longest step
  EXPECT_EQ(clock.advance(3601), 2);
}

TEST(awake_clock, never_goes_back) {
  AwakeClock clock(1);
  clock.advance(10);
  clock.advance(10.5);
  EXPECT_EQ(clock.advance(9), 0.5);
  EXPECT_EQ(clock.advance(9.25), 0.75);
}

TEST(last_seen, nobody_is_watched_at_first) {
  const LastSeen last_seen(3);
  EXPECT_TRUE(last_seen.overdue(0, 1000).empty());
}

TEST(last_seen, a_rank_is_silent_since_it_was_last_heard) {
  LastSeen last_seen(3);
  for (const std::size_t rank : {1U, 2U}) last_seen.watch(rank, 0);
  last_seen.heard(1, 4);
  EXPECT_TRUE(last_seen.overdue(5, 4.75).empty());
  EXPECT_EQ(last_seen.overdue(5, 5), std::vector<std::size_t>{2});
  EXPECT_EQ(last_seen.overdue(5.5, 5.5), std::vector<std::size_t>{2});
  EXPECT_TRUE(last_seen.overdue(5.75, 5.5).empty());
  EXPECT_EQ(last_seen.overdue(5, 9), (std::vector<std::size_t>{1, 2}));
}

// First contact may have taken long: the clock starts when the watch does.
TEST(last_seen, a_rank_is_not_silent_before_it_is_watched) {
  LastSeen last_seen(2);
  last_seen.heard(1, 0);
  last_seen.watch(1, 100);
  EXPECT_TRUE(last_seen.overdue(5, 104).empty());
  EXPECT_FALSE(last_seen.overdue(5, 105).empty());
}

TEST(last_seen, who_left_in_order_is_not_missed) {
  LastSeen last_seen(2);
  last_seen.watch(1, 0);
  last_seen.heard(1, 1);
  last_seen.left(1);
  EXPECT_TRUE(last_seen.overdue(0, 1000).empty());
  EXPECT_TRUE(last_seen.ever_heard(1));
}

// Its farewell may overtake the agreement on who is watched.
TEST(last_seen, who_left_before_the_watch_began_is_not_missed) {
  LastSeen last_seen(2);
  last_seen.left(1);
  last_seen.watch(1, 0);
  EXPECT_FALSE(last_seen.watched(1));
  EXPECT_TRUE(last_seen.overdue(0, 1000).empty());
}

// Its silence counts all the same: it may end, and the others wait for ever.
TEST(last_seen, who_said_that_it_ends_is_not_missed_at_a_probe) {
  LastSeen last_seen(4);
  for (const std::size_t rank : {1U, 2U, 3U}) last_seen.watch(rank, 0);
  last_seen.announced_exit(1);
  last_seen.heard(3, 2);
  EXPECT_EQ(last_seen.missing_since(1), std::vector<std::size_t>{2});
  EXPECT_EQ(last_seen.overdue(5, 5), (std::vector<std::size_t>{1, 2}));
}

TEST(last_seen, know_who_answered_a_call) {
  LastSeen last_seen(3);
  EXPECT_FALSE(last_seen.ever_heard(1));
  last_seen.heard(1, 7);
  EXPECT_TRUE(last_seen.ever_heard(1));
  EXPECT_TRUE(last_seen.heard_since(1, 6.5));
  EXPECT_FALSE(last_seen.heard_since(1, 7));  // that was before the call
  EXPECT_FALSE(last_seen.heard_since(2, -1));
}

}  // namespace
}  // namespace plumb::watchdog
