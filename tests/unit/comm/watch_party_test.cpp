// The watch in an imagined network: letters are carried by hand, and lost on purpose.
#include "comm/watch_party.hpp"

#include <gtest/gtest.h>

namespace plumb::comm {
namespace {

constexpr std::uint64_t kToken = 42;
constexpr Address kLoopback{0x7F000001, 100};
constexpr Address kCable{0x0A000001, 100};
constexpr Address kSpokeAt{0x0A000002, 555};
constexpr Address kPeerAt{0x0A000003, 556};

Spoke spoke(std::size_t rank = 1) {
  return {Invitation{kToken, 5, {kLoopback, kCable}, {kSpokeAt, kPeerAt}}, 3, rank, 1.5};
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
  EXPECT_FALSE(one.end_announced());
  one.receive(kCable, from_hub(Beat::End), 0);
  EXPECT_TRUE(one.end_announced());
  EXPECT_TRUE(one.must_end(0));
}

TEST(spoke, gives_way_to_a_lower_rank_that_announces_the_end_as_well) {
  Spoke one(Invitation{kToken, 5, {kLoopback}, {kSpokeAt}}, 4, 2, 1.5);  // rank 2 of 4
  EXPECT_FALSE(one.gives_way());
  one.receive(kSpokeAt, {Beat::Ending, 0, 3, kToken}, 5);
  EXPECT_FALSE(one.gives_way());
  one.receive(kSpokeAt, {Beat::Ending, 0, 1, kToken}, 5);
  EXPECT_TRUE(one.gives_way());
}

// The launcher may end the job with the exit code of the rank that failed.
template <class Party>
void expect_to_follow(Party& party, std::uint32_t who) {
  party.receive(kSpokeAt, {Beat::Ending, 0, who, kToken + 1}, 5);
  EXPECT_FALSE(party.end_announced());
  party.receive(kSpokeAt, {Beat::Ending, 0, who, kToken}, 10);
  party.receive(kSpokeAt, {Beat::Ending, 0, who, kToken}, 10.5);  // again: no reason to wait longer
  EXPECT_TRUE(party.end_announced());
  EXPECT_FALSE(party.must_end(10 + 0.9 * kGraceSeconds));
  EXPECT_TRUE(party.must_end(10 + kGraceSeconds));
}

// A rank that missed rank 0 has ended, and rank 0, which was only stopped, would wait for ever.
TEST(hub, follows_a_rank_that_ends_because_of_a_fault_after_a_time_of_grace) {
  Hub hub(kToken, 3);
  hub.silences().watch(1, 0);
  expect_to_follow(hub, 1);
  EXPECT_TRUE(hub.silences().watched(1));
  EXPECT_TRUE(hub.silences().missing_since(11).empty());  // and it is known why it is gone
}

TEST(spoke, follows_rank_0_that_ends_because_of_a_fault_after_a_time_of_grace) {
  Spoke one = spoke();
  expect_to_follow(one, 0);
}

// Rank 0, which would pass it on, may be the one that is lost.
TEST(spoke, follows_its_peers_too_but_calls_them_no_sign_of_rank_0) {
  Spoke one = spoke();
  expect_to_follow(one, 2);
  EXPECT_FALSE(one.met_everybody());
}

TEST(spoke, tells_its_peers_only_that_it_ends) {
  EXPECT_EQ(spoke().to_all(Beat::Leaving).size(), 2U);
  const auto letters = spoke().to_all(Beat::Ending);
  ASSERT_EQ(letters.size(), 4U);
  EXPECT_EQ(letters[2].to, kSpokeAt);
  EXPECT_EQ(letters[3].to, kPeerAt);
  Spoke itself = spoke();
  itself.receive(kSpokeAt, letters[2].heartbeat, 0);  // one of the peers' addresses is its own
  EXPECT_FALSE(itself.end_announced());
}

// Told from outside: so will the others be, and if not, its silence is noticed.
TEST(hub, does_not_miss_at_a_roll_call_who_was_told_to_end) {
  Hub hub(kToken, 3);
  for (const std::size_t rank : {1U, 2U}) hub.silences().watch(rank, 0);
  EXPECT_TRUE(hub.receive(kSpokeAt, {Beat::Signalled, 0, 1, kToken}, 1).empty());
  EXPECT_FALSE(hub.end_announced());
  EXPECT_EQ(hub.silences().missing_since(2), std::vector<std::size_t>{2});
  EXPECT_EQ(hub.silences().silent_for(5, 6).size(), 2U);
}

// Ten heartbeats in five seconds, nine of which are lost, are enough.
TEST(watch_party, nobody_is_lost_while_one_exchange_in_ten_succeeds) {
  Hub hub(kToken, 2);
  Spoke one(Invitation{kToken, 5, {kCable}, {}}, 2, 1, 1.5);
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
