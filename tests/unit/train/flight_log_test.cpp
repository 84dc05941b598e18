#include "train/flight_log.hpp"

#include <gtest/gtest.h>

namespace plumb::train {
namespace {

TEST(flight_log, counts_a_second_as_exposed_or_hidden_or_neither_but_never_twice) {
  FlightLog log;
  log.start_step();
  log.enter(1);
  EXPECT_EQ(log.leave(false, 2), 1);  // a look at nothing: exposed
  log.enter(5);                       // 2 to 5: nothing was under way
  log.leave(true, 6);
  log.enter(10);  // 6 to 10: hidden
  log.leave(true, 11);
  log.enter(13);  // 11 to 13: hidden
  EXPECT_EQ(log.leave(false, 20), 7);
  EXPECT_EQ(log.exposed_seconds(), 1 + 1 + 1 + 7);
  EXPECT_EQ(log.hidden_seconds(), 4 + 2);
}

TEST(flight_log, forgets_the_last_step) {
  FlightLog log;
  log.enter(1);
  log.leave(true, 2);
  log.start_step();
  log.enter(100);
  log.leave(false, 101);
  EXPECT_EQ(log.exposed_seconds(), 1);
  EXPECT_EQ(log.hidden_seconds(), 0);
}

}  // namespace
}  // namespace plumb::train
