// The failure detector's protocol in an imagined network: datagrams are carried by hand, and lost
// on purpose.
#include "watchdog/participant.hpp"

#include <gtest/gtest.h>

namespace plumb::watchdog {
namespace {

constexpr std::uint64_t kToken = 42;
constexpr Address kLoopback{0x7F000001, 100};
constexpr Address kCable{0x0A000001, 100};
constexpr Address kMemberAt{0x0A000002, 555};
constexpr Address kPeerAt{0x0A000003, 556};

Member member(std::size_t rank = 1) {
  return {Handshake{kToken, 5, {kLoopback, kCable}, {kMemberAt, kPeerAt}}, 3, rank, 1.5};
}

Message from_coordinator(MessageKind kind, std::uint8_t path = 0) {
  return {kind, path, 0, kToken};
}

TEST(coordinator, acknowledges_to_where_a_heartbeat_came_from) {
  Coordinator coordinator(kToken, 3);
  const auto datagrams = coordinator.receive(kMemberAt, {MessageKind::Heartbeat, 1, 2, kToken}, 0);
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].to, kMemberAt);
  EXPECT_EQ(datagrams[0].message, from_coordinator(MessageKind::Acknowledgement, 1));
  EXPECT_TRUE(coordinator.heartbeats(1).empty());
}

TEST(coordinator, knows_when_it_has_heard_everybody) {
  Coordinator coordinator(kToken, 3);
  coordinator.receive(kMemberAt, {MessageKind::Heartbeat, 0, 1, kToken}, 0);
  EXPECT_FALSE(coordinator.heard_everybody());
  coordinator.receive(kMemberAt, {MessageKind::Heartbeat, 0, 2, kToken}, 0);
  EXPECT_TRUE(coordinator.heard_everybody());
}

TEST(coordinator, tells_everybody_it_has_heard_of) {
  Coordinator coordinator(kToken, 3);
  EXPECT_TRUE(coordinator.to_all(MessageKind::Shutdown).empty());
  coordinator.receive(kMemberAt, {MessageKind::Heartbeat, 0, 2, kToken}, 0);
  coordinator.receive(kCable, {MessageKind::Heartbeat, 0, 2, kToken},
                      1);  // it now sends from elsewhere
  const auto datagrams = coordinator.to_all(MessageKind::Shutdown);
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].to, kCable);
  EXPECT_EQ(datagrams[0].message, from_coordinator(MessageKind::Shutdown));
}

TEST(coordinator, no_longer_watches_a_rank_that_left) {
  Coordinator coordinator(kToken, 3);
  for (const std::size_t rank : {1U, 2U}) coordinator.last_seen().watch(rank, 0);
  EXPECT_TRUE(coordinator.receive(kMemberAt, {MessageKind::Leave, 0, 1, kToken}, 1).empty());
  const auto silent = coordinator.last_seen().overdue(5, 100);
  ASSERT_EQ(silent.size(), 1U);
  EXPECT_EQ(silent[0], 2U);
}

// Another job's datagrams, another version's, or somebody's who tries ports.
TEST(coordinator, takes_no_notice_of_strangers) {
  Coordinator coordinator(kToken, 3);
  for (const Message& strange : {Message{MessageKind::Heartbeat, 0, 1, kToken + 1},
                                 Message{MessageKind::Heartbeat, 0, 3, kToken},
                                 Message{MessageKind::Heartbeat, 0, 0xFFFFFFFF, kToken},
                                 Message{MessageKind::Heartbeat, 0, 0, kToken}}) {
    EXPECT_TRUE(coordinator.receive(kMemberAt, strange, 0).empty());
  }
  EXPECT_FALSE(coordinator.last_seen().ever_heard(0));
  EXPECT_FALSE(coordinator.last_seen().ever_heard(1));
}

TEST(member, tries_all_addresses_until_one_answers_and_when_it_falls_silent) {
  Member one = member();
  EXPECT_EQ(one.heartbeats(0).size(), 2U);
  one.receive(kCable, from_coordinator(MessageKind::Acknowledgement, 1), 10);
  ASSERT_EQ(one.heartbeats(11).size(), 1U);
  EXPECT_EQ(one.heartbeats(11)[0].to, kCable);
  EXPECT_EQ(one.heartbeats(11)[0].message, (Message{MessageKind::Heartbeat, 1, 1, kToken}));
  EXPECT_EQ(one.heartbeats(11.5).size(), 2U);
}

TEST(member, watches_rank_0_only) {
  Member one = member();
  one.receive(kMemberAt, {MessageKind::Acknowledgement, 0, 2, kToken}, 0);
  EXPECT_FALSE(one.heard_everybody());
  one.receive(kCable, from_coordinator(MessageKind::Acknowledgement, 1), 0);
  EXPECT_TRUE(one.heard_everybody());
}

TEST(member, survives_an_answer_for_an_address_that_it_never_had) {
  Member one = member();
  one.receive(kCable, from_coordinator(MessageKind::Acknowledgement, 200), 0);
  EXPECT_EQ(one.heartbeats(0)[0].to, kLoopback);
}

TEST(member, answers_a_probe_at_once) {
  Member one = member();
  const auto datagrams = one.receive(kCable, from_coordinator(MessageKind::Probe), 0);
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].to, kCable);
  EXPECT_EQ(datagrams[0].message.kind, MessageKind::Heartbeat);
}

TEST(member, ends_when_rank_0_of_the_same_job_says_so) {
  Member one = member();
  one.receive(kCable, {MessageKind::Shutdown, 0, 0, kToken + 1}, 0);
  one.receive(kCable, {MessageKind::Shutdown, 0, 2, kToken}, 0);
  EXPECT_FALSE(one.shutdown_announced());
  one.receive(kCable, from_coordinator(MessageKind::Shutdown), 0);
  EXPECT_TRUE(one.shutdown_announced());
  EXPECT_TRUE(one.must_shut_down(0));
}

TEST(member, yields_to_a_lower_rank_that_announces_the_end_as_well) {
  Member one(Handshake{kToken, 5, {kLoopback}, {kMemberAt}}, 4, 2, 1.5);  // rank 2 of 4
  EXPECT_FALSE(one.yields_to_lower_rank());
  one.receive(kMemberAt, {MessageKind::Failing, 0, 3, kToken}, 5);
  EXPECT_FALSE(one.yields_to_lower_rank());
  one.receive(kMemberAt, {MessageKind::Failing, 0, 1, kToken}, 5);
  EXPECT_TRUE(one.yields_to_lower_rank());
}

// The launcher may end the job with the exit code of the rank that failed.
template <class Role>
void expect_to_follow(Role& role, std::uint32_t who) {
  role.receive(kMemberAt, {MessageKind::Failing, 0, who, kToken + 1}, 5);
  EXPECT_FALSE(role.shutdown_announced());
  role.receive(kMemberAt, {MessageKind::Failing, 0, who, kToken}, 10);
  role.receive(kMemberAt, {MessageKind::Failing, 0, who, kToken},
               10.5);  // again: no reason to wait longer
  EXPECT_TRUE(role.shutdown_announced());
  EXPECT_FALSE(role.must_shut_down(10 + 0.9 * kGraceSeconds));
  EXPECT_TRUE(role.must_shut_down(10 + kGraceSeconds));
}

// A rank that missed rank 0 has ended, and rank 0, which was only stopped, would wait for ever.
TEST(coordinator, follows_a_rank_that_ends_because_of_a_fault_after_a_time_of_grace) {
  Coordinator coordinator(kToken, 3);
  coordinator.last_seen().watch(1, 0);
  expect_to_follow(coordinator, 1);
  EXPECT_TRUE(coordinator.last_seen().watched(1));
  EXPECT_TRUE(coordinator.last_seen().missing_since(11).empty());  // and it is known why it is gone
}

TEST(member, follows_rank_0_that_ends_because_of_a_fault_after_a_time_of_grace) {
  Member one = member();
  expect_to_follow(one, 0);
}

// Rank 0, which would pass it on, may be the one that is lost.
TEST(member, follows_its_peers_too_but_calls_them_no_sign_of_rank_0) {
  Member one = member();
  expect_to_follow(one, 2);
  EXPECT_FALSE(one.heard_everybody());
}

TEST(member, tells_its_peers_only_that_it_ends) {
  EXPECT_EQ(member().to_all(MessageKind::Leave).size(), 2U);
  const auto datagrams = member().to_all(MessageKind::Failing);
  ASSERT_EQ(datagrams.size(), 4U);
  EXPECT_EQ(datagrams[2].to, kMemberAt);
  EXPECT_EQ(datagrams[3].to, kPeerAt);
  Member itself = member();
  itself.receive(kMemberAt, datagrams[2].message, 0);  // one of the peers' addresses is its own
  EXPECT_FALSE(itself.shutdown_announced());
}

// Told from outside: so will the others be, and if not, its silence is noticed.
TEST(coordinator, does_not_miss_at_a_probe_who_was_told_to_end) {
  Coordinator coordinator(kToken, 3);
  for (const std::size_t rank : {1U, 2U}) coordinator.last_seen().watch(rank, 0);
  EXPECT_TRUE(coordinator.receive(kMemberAt, {MessageKind::Terminating, 0, 1, kToken}, 1).empty());
  EXPECT_FALSE(coordinator.shutdown_announced());
  EXPECT_EQ(coordinator.last_seen().missing_since(2), std::vector<std::size_t>{2});
  EXPECT_EQ(coordinator.last_seen().overdue(5, 6).size(), 2U);
}

// Ten messages in five seconds, nine of which are lost, are enough.
TEST(participant, nobody_is_lost_while_one_exchange_in_ten_succeeds) {
  Coordinator coordinator(kToken, 2);
  Member one(Handshake{kToken, 5, {kCable}, {}}, 2, 1, 1.5);
  coordinator.last_seen().watch(1, 0);
  one.last_seen().watch(0, 0);
  for (int beat = 1; beat <= 100; ++beat) {
    const double now = 0.5 * beat;
    const auto datagrams = one.heartbeats(now);
    if (beat % 10 == 9) {
      for (const Datagram& answer : coordinator.receive(kMemberAt, datagrams[0].message, now)) {
        one.receive(kCable, answer.message, now);
      }
    }
    ASSERT_TRUE(coordinator.last_seen().overdue(5.1, now).empty()) << now;
    ASSERT_TRUE(one.last_seen().overdue(5.1, now).empty()) << now;
  }
}

}  // namespace
}  // namespace plumb::watchdog
