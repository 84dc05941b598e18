#include "comm/allreduce/schedule.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace plumb::comm {
namespace {

/// Two neighbouring blocks of the tree: ranks first .. first+half-1 and first+half .. last-1.
struct Blocks {
  int first;
  int half;
  int upper;  // ranks in the upper block, 0 .. half

  Blocks(int rank, int size, int distance)
      : first(rank / (2 * distance) * (2 * distance)),
        half(distance),
        upper(std::clamp(size - first - distance, 0, distance)) {}
  [[nodiscard]] int middle() const noexcept { return first + half; }
};

struct Halves {
  Segment front;
  Segment back;
};

Halves split(Segment whole, std::size_t line) noexcept {
  const std::size_t half = whole.count / 2 / line * line;
  return {{whole.first, half}, {whole.first + half, whole.count - half}};
}

/// What the index-th rank of a complete block of `ranks` keeps after the block's halvings: at
/// distance 1 the even ranks keep the front, and so on.
Segment segment_of(int index, int ranks, Segment whole, std::size_t line) noexcept {
  for (int distance = 1; distance < ranks; distance *= 2) {
    const Halves halves = split(whole, line);
    whole = (index & distance) == 0 ? halves.front : halves.back;
  }
  return whole;
}

class Halving {
 public:
  Halving(int rank, int size, std::size_t count, std::size_t line)
      : rank_(rank), size_(size), line_(line), whole_{0, count}, kept_{0, count} {}

  std::vector<Step> steps() {
    for (int distance = 1; distance < size_ && !handed_over_; distance *= 2) {
      const Blocks blocks(rank_, size_, distance);
      if (blocks.upper == distance) {
        halve(rank_ ^ distance);
      } else if (blocks.upper > 0) {
        meet_incomplete(blocks);
      }
    }
    append_way_back();
    return std::move(steps_);
  }

 private:
  void halve(int partner) {
    Halves halves = split(kept_, line_);
    if (partner < rank_) std::swap(halves.front, halves.back);
    kept_ = halves.front;
    steps_.push_back({partner, halves.back, partner, kept_, Action::Add});
  }

  /// The upper block's numbers lie with the owners: the ranks of its largest complete part.
  void meet_incomplete(const Blocks& blocks) {
    const int owners = static_cast<int>(std::bit_floor(static_cast<unsigned>(blocks.upper)));
    if (rank_ < blocks.middle()) {
      const int owner = blocks.middle() + (rank_ - blocks.first) % owners;
      steps_.push_back({owner, {}, owner, kept_, Action::Add});
      return;
    }
    for (int index = rank_ - blocks.middle(); index < blocks.half; index += owners) {
      const Segment segment = segment_of(index, blocks.half, whole_, line_);
      steps_.push_back({blocks.first + index, segment, blocks.first + index, {}, Action::Add});
    }
    handed_over_ = true;
  }

  void append_way_back() {
    for (std::size_t up = steps_.size(); up-- > 0;) {
      const Step step = steps_[up];
      steps_.push_back({step.from, step.received, step.to, step.sent, Action::Replace});
    }
  }

  int rank_;
  int size_;
  std::size_t line_;
  Segment whole_;
  Segment kept_;
  bool handed_over_ = false;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> exchange_schedule(int rank, int size, std::size_t count) {
  const Segment whole = {0, count};
  std::vector<Step> steps;
  for (int distance = 1; distance < size; distance *= 2) {
    const Blocks blocks(rank, size, distance);
    if (blocks.upper == 0) continue;
    if (rank < blocks.middle()) {
      const int index = rank - blocks.first;
      const int partner = blocks.middle() + index % blocks.upper;
      const Segment sent = index < blocks.upper ? whole : Segment{};
      steps.push_back({partner, sent, partner, whole, Action::Add});
      continue;
    }
    const int index = rank - blocks.middle();
    // First those that give nothing back: what they want is gone after the exchange.
    for (int other = index + blocks.upper; other < distance; other += blocks.upper) {
      steps.push_back({blocks.first + other, whole, blocks.first + other, {}, Action::Add});
    }
    steps.push_back({blocks.first + index, whole, blocks.first + index, whole, Action::Add});
  }
  return steps;
}

std::vector<Step> halving_schedule(int rank, int size, std::size_t count, std::size_t line) {
  return Halving(rank, size, count, line).steps();
}

}  // namespace plumb::comm
