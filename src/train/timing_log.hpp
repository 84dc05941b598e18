// Times of measured steps, gathered over ranks in blocks.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "train/observer.hpp"

namespace plumb::train {

class TimingLog {
 public:
  void add(StepTiming timing) { timings_.push_back(std::move(timing)); }
  /// One collective call for so many steps costs next to nothing.
  [[nodiscard]] bool full() const noexcept { return timings_.size() >= kBlock; }

  /// Collective, with equally many steps on all ranks: what was added, each time the slowest
  /// rank's. The log is empty afterwards.
  std::vector<StepTiming> take(const comm::Communicator& communicator);

 private:
  static constexpr std::size_t kBlock = 64;
  std::vector<StepTiming> timings_;
};

}  // namespace plumb::train
