// The schedules of a tree sum, played by all ranks in one process: who sends what to whom must fit
// together, and give every rank the bits of the aligned binary tree.
#include "comm/allreduce/schedule.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace plumb::comm {
namespace {

using Vector = std::vector<float>;
constexpr std::size_t kLine = 4;

/// Magnitudes over 2^-10 .. 2^9, so that almost every grouping rounds differently.
float number(int rank, std::size_t i) {
  std::uint64_t h = (static_cast<std::uint64_t>(rank) << 32U) + i + 1;
  h *= 0x9e3779b97f4a7c15U;
  h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9U;
  h ^= h >> 31U;
  const auto mantissa = static_cast<double>(static_cast<std::int64_t>(h)) * 0x1p-63;
  return static_cast<float>(std::ldexp(mantissa, static_cast<int>(h % 20) - 10));
}

float plain_tree(std::size_t i, int first, int span, int size) {
  if (span == 1) return number(first, i);
  const int half = span / 2;
  const float left = plain_tree(i, first, half, size);
  return first + half < size ? left + plain_tree(i, first + half, half, size) : left;
}

/// Ranks that take their steps in any order that the messages allow.
class Play {
 public:
  Play(std::vector<std::vector<Step>> steps, std::size_t count) : steps_(std::move(steps)) {
    for (std::size_t r = 0; r < steps_.size(); ++r) {
      Vector& values = values_.emplace_back(count);
      for (std::size_t i = 0; i < count; ++i) values[i] = number(static_cast<int>(r), i);
    }
    next_.resize(steps_.size());
    sent_.resize(steps_.size());
  }

  /// False when everybody waits for somebody.
  bool run() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t r = 0; r < steps_.size(); ++r) moved |= take_step(r);
    }
    for (std::size_t r = 0; r < steps_.size(); ++r) {
      if (next_[r] != steps_[r].size()) return false;
    }
    return true;
  }

  [[nodiscard]] const std::vector<Vector>& values() const { return values_; }
  [[nodiscard]] std::size_t volume() const { return volume_; }
  [[nodiscard]] std::size_t left_over() const {
    std::size_t messages = 0;
    for (const auto& [pair, queue] : mail_) messages += queue.size();
    return messages;
  }

 private:
  bool take_step(std::size_t r) {
    if (next_[r] == steps_[r].size()) return false;
    const Step& step = steps_[r][next_[r]];
    if (!sent_[r]) post(r, step);
    if (step.received.count > 0 && !receive(r, step)) return false;
    ++next_[r];
    sent_[r] = false;
    return true;
  }

  void post(std::size_t r, const Step& step) {
    sent_[r] = true;
    if (step.sent.count == 0) return;
    const auto from = values_[r].begin() + static_cast<std::ptrdiff_t>(step.sent.first);
    mail_[{static_cast<int>(r), step.to}].emplace_back(
        from, from + static_cast<std::ptrdiff_t>(step.sent.count));
    volume_ += step.sent.count;
  }

  bool receive(std::size_t r, const Step& step) {
    std::deque<Vector>& box = mail_[{step.from, static_cast<int>(r)}];
    if (box.empty()) return false;
    const Vector message = std::move(box.front());
    box.pop_front();
    EXPECT_EQ(message.size(), step.received.count) << "rank " << r;
    for (std::size_t i = 0; i < message.size(); ++i) {
      float& own = values_[r][step.received.first + i];
      if (step.action == Action::Replace) {
        own = message[i];
      } else {
        own = step.from < static_cast<int>(r) ? message[i] + own : own + message[i];
      }
    }
    return true;
  }

  std::vector<std::vector<Step>> steps_;
  std::vector<Vector> values_;
  std::vector<std::size_t> next_;
  std::vector<bool> sent_;
  std::map<std::pair<int, int>, std::deque<Vector>> mail_;
  std::size_t volume_ = 0;
};

std::vector<std::vector<Step>> all_steps(bool halving, int size, std::size_t count) {
  std::vector<std::vector<Step>> steps;
  for (int rank = 0; rank < size; ++rank) {
    steps.push_back(halving ? halving_schedule(rank, size, count, kLine)
                            : exchange_schedule(rank, size, count));
  }
  return steps;
}

void expect_tree(bool halving, int size, std::size_t count) {
  const std::string where = (halving ? "halving, " : "exchange, ") + std::to_string(size) +
                            " ranks, " + std::to_string(count) + " numbers";
  Play play(all_steps(halving, size, count), count);
  ASSERT_TRUE(play.run()) << where << ": everybody waits";
  EXPECT_EQ(play.left_over(), 0U) << where;
  const int span = static_cast<int>(std::bit_ceil(static_cast<unsigned>(size)));
  for (const Vector& values : play.values()) {
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]),
                std::bit_cast<std::uint32_t>(plain_tree(i, 0, span, size)))
          << where << ", number " << i;
    }
  }
}

TEST(schedule, gives_every_rank_the_tree_for_any_number_of_ranks_and_numbers) {
  for (int size = 1; size <= 33; ++size) {
    for (const std::size_t count : {0U, 1U, 3U, 8U, 37U, 256U}) {
      expect_tree(false, size, count);
      expect_tree(true, size, count);
    }
  }
}

TEST(schedule, of_an_exchange_takes_as_many_steps_as_the_tree_is_high) {
  for (const int size : {2, 4, 8, 64}) {
    for (int rank = 0; rank < size; ++rank) {
      EXPECT_EQ(exchange_schedule(rank, size, 10).size(),
                static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(size))));
    }
  }
}

// 2 (P - 1) vectors over all ranks, the least that any allreduce needs (Patarasuk, Yuan 2009).
TEST(schedule, of_halving_sends_the_least_volume) {
  constexpr std::size_t kCount = 4096;
  for (const int size : {2, 3, 4, 5, 6, 7, 8, 12, 16}) {
    Play play(all_steps(true, size, kCount), kCount);
    ASSERT_TRUE(play.run());
    EXPECT_EQ(play.volume(), 2 * (static_cast<std::size_t>(size) - 1) * kCount) << size;
  }
}

TEST(schedule, keeps_the_largest_exchange_between_neighbours) {
  const std::vector<Step> steps = halving_schedule(5, 8, 1024, kLine);
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[0].to, 4);
  EXPECT_EQ(steps[0].sent.count, 512U);
  EXPECT_EQ(steps[1].to, 7);
  EXPECT_EQ(steps[1].sent.count, 256U);
  EXPECT_EQ(steps[2].to, 1);
  EXPECT_EQ(steps[2].sent.count, 128U);
  EXPECT_EQ(steps[3].to, 1);
  EXPECT_EQ(steps[5].to, 4);
}

}  // namespace
}  // namespace plumb::comm
