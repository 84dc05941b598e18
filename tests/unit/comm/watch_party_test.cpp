// The watch in an imagined network: letters are carried by hand, and lost on purpose.
#include "comm/watch_party.hpp"

#include <gtest/gtest.h>

namespace plumb::comm {
namespace {

constexpr std::uint64_t kToken = 42;
constexpr Address kLoopback{0x7F000001, 100};
constexpr Address kCable{0x0A000001, 100};
constexpr Address kSpokeAt{0x0A000002, 555};

Spoke spoke(std::size_t rank = 1) {
  return {Invitation{kToken, 5, {kLoopback, kCable}}, 3, rank, 1.5};
}

Heartbeat from_hub(Beat beat, std::uint8_t path = 0) { return {beat, path, 0, kToken}; }

TEST(hub, answers_to_where_a_heartbeat_came_from) {
  Hub hub(kToken, 3);
  const auto letters = hub.receive(kSpokeAt, {Beat::Alive, 1, 2, kToken}, 0);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].to, kSpokeAt);
  EXPECT_EQ(letters[0].heartbeat, from_hub(Beat::Answer, 1));
  EXPECT_TRUE(hub.beat(1).empty());
}

TEST(hub, knows_when_it_has_met_everybody) {
  Hub hub(kToken, 3);
  hub.receive(kSpokeAt, {Beat::Alive, 0, 1, kToken}, 0);
  EXPECT_FALSE(hub.met_everybody());
  hub.receive(kSpokeAt, {Beat::Alive, 0, 2, kToken}, 0);
  EXPECT_TRUE(hub.met_everybody());
}

TEST(hub, tells_everybody_it_has_heard_of) {
  Hub hub(kToken, 3);
  EXPECT_TRUE(hub.to_all(Beat::End).empty());
  hub.receive(kSpokeAt, {Beat::Alive, 0, 2, kToken}, 0);
  hub.receive(kCable, {Beat::Alive, 0, 2, kToken}, 1);  // it now sends from elsewhere
  const auto letters = hub.to_all(Beat::End);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].to, kCable);
  EXPECT_EQ(letters[0].heartbeat, from_hub(Beat::End));
}

TEST(hub, no_longer_watches_who_takes_leave) {
  Hub hub(kToken, 3);
  for (const std::size_t rank : {1U, 2U}) hub.silences().watch(rank, 0);
  EXPECT_TRUE(hub.receive(kSpokeAt, {Beat::Leaving, 0, 1, kToken}, 1).empty());
  const auto silent = hub.silences().silent_for(5, 100);
  ASSERT_EQ(silent.size(), 1U);
  EXPECT_EQ(silent[0].rank, 2U);
}

// Another job's datagrams, another version's, or somebody's who tries ports.
TEST(hub, takes_no_notice_of_strangers) {
  Hub hub(kToken, 3);
  for (const Heartbeat& strange :
       {Heartbeat{Beat::Alive, 0, 1, kToken + 1}, Heartbeat{Beat::Alive, 0, 3, kToken},
        Heartbeat{Beat::Alive, 0, 0xFFFFFFFF, kToken}, Heartbeat{Beat::Alive, 0, 0, kToken}}) {
    EXPECT_TRUE(hub.receive(kSpokeAt, strange, 0).empty());
  }
  EXPECT_FALSE(hub.silences().ever_heard(0));
  EXPECT_FALSE(hub.silences().ever_heard(1));
}

TEST(spoke, tries_all_addresses_until_one_answers_and_when_it_falls_silent) {
  Spoke one = spoke();
  EXPECT_EQ(one.beat(0).size(), 2U);
  one.receive(kCable, from_hub(Beat::Answer, 1), 10);
  ASSERT_EQ(one.beat(11).size(), 1U);
  EXPECT_EQ(one.beat(11)[0].to, kCable);
  EXPECT_EQ(one.beat(11)[0].heartbeat, (Heartbeat{Beat::Alive, 1, 1, kToken}));
  EXPECT_EQ(one.beat(11.5).size(), 2U);
}

TEST(spoke, watches_rank_0_only) {
  Spoke one = spoke();
  one.receive(kSpokeAt, {Beat::Answer, 0, 2, kToken}, 0);
  EXPECT_FALSE(one.met_everybody());
  one.receive(kCable, from_hub(Beat::Answer, 1), 0);
  EXPECT_TRUE(one.met_everybody());
}

TEST(spoke, survives_an_answer_for_an_address_that_it_never_had) {
  Spoke one = spoke();
  one.receive(kCable, from_hub(Beat::Answer, 200), 0);
  EXPECT_EQ(one.beat(0)[0].to, kLoopback);
}

TEST(spoke, answers_a_roll_call_at_once) {
  Spoke one = spoke();
  const auto letters = one.receive(kCable, from_hub(Beat::Call), 0);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].to, kCable);
  EXPECT_EQ(letters[0].heartbeat.beat, Beat::Alive);
}

TEST(spoke, ends_when_rank_0_of_the_same_job_says_so) {
  Spoke one = spoke();
  one.receive(kCable, {Beat::End, 0, 0, kToken + 1}, 0);
  one.receive(kCable, {Beat::End, 0, 2, kToken}, 0);
  EXPECT_FALSE(one.told_to_end());
  one.receive(kCable, from_hub(Beat::End), 0);
  EXPECT_TRUE(one.told_to_end());
}

// Ten heartbeats in five seconds, nine of which are lost, are enough.
TEST(watch_party, nobody_is_lost_while_one_exchange_in_ten_succeeds) {
  Hub hub(kToken, 2);
  Spoke one(Invitation{kToken, 5, {kCable}}, 2, 1, 1.5);
  hub.silences().watch(1, 0);
  one.silences().watch(0, 0);
  for (int beat = 1; beat <= 100; ++beat) {
    const double now = 0.5 * beat;
    const auto letters = one.beat(now);
    if (beat % 10 == 9) {
      for (const Letter& answer : hub.receive(kSpokeAt, letters[0].heartbeat, now)) {
        one.receive(kCable, answer.heartbeat, now);
      }
    }
    ASSERT_TRUE(hub.silences().silent_for(5.1, now).empty()) << now;
    ASSERT_TRUE(one.silences().silent_for(5.1, now).empty()) << now;
  }
}

}  // namespace
}  // namespace plumb::comm
