// When each rank was last heard from.
#pragma once

#include <cstddef>
#include <vector>

namespace plumb::watchdog {

/// Counts only seconds in which this process was awake. A process that was stopped, or not
/// scheduled for long, cannot have heard anybody: a jump of the clock counts as `longest_step` at
/// most, so nobody else is blamed for it.
class AwakeClock {
 public:
  explicit AwakeClock(double longest_step) : longest_step_(longest_step) {}
  /// now: seconds, never falling. Returns the awake seconds since the first call.
  double advance(double now);

 private:
  double longest_step_;
  double last_ = 0;
  double awake_ = 0;
  bool started_ = false;
};

/// Times of one clock for ranks 0 .. ranks-1. No rank is watched at first.
class LastSeen {
 public:
  explicit LastSeen(std::size_t ranks) : ranks_(ranks) {}

  /// From now on the rank's silence counts, unless it has left already.
  void watch(std::size_t rank, double now);
  void heard(std::size_t rank, double now);
  /// It has finished: its silence means nothing from now on.
  void left(std::size_t rank) { ranks_[rank].has_left = true; }
  /// It said that it is about to end: nobody need ask for it, but its silence still counts.
  void announced_exit(std::size_t rank) { ranks_[rank].is_exiting = true; }

  [[nodiscard]] bool ever_heard(std::size_t rank) const { return ranks_[rank].ever_heard; }
  [[nodiscard]] bool heard_since(std::size_t rank, double then) const {
    return ranks_[rank].ever_heard && ranks_[rank].last > then;
  }
  [[nodiscard]] bool watched(std::size_t rank) const {
    return ranks_[rank].watched && !ranks_[rank].has_left;
  }
  /// Watched ranks that were probed at `then`, have not been heard since, and have not said why.
  [[nodiscard]] std::vector<std::size_t> missing_since(double then) const;
  /// Watched ranks, silent for at least so many seconds, in their order.
  [[nodiscard]] std::vector<std::size_t> overdue(double seconds, double now) const;
  [[nodiscard]] std::size_t size() const noexcept { return ranks_.size(); }

 private:
  struct Rank {
    double last = 0;
    bool ever_heard = false;
    bool watched = false;
    bool has_left = false;
    bool is_exiting = false;
  };
  std::vector<Rank> ranks_;
};

}  // namespace plumb::watchdog
