// Times of measured steps, gathered over ranks now and then.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "core/clock.hpp"
#include "train/observer.hpp"

namespace plumb::train {

class TimingLog {
 public:
  void add(StepTiming timing) { timings_.push_back(std::move(timing)); }
  /// Whether half a second has passed since take(), or more steps than memory allows: a job that
  /// is lost shall not lose more. Differs between ranks.
  [[nodiscard]] bool due() const noexcept {
    return since_.elapsed() >= kSeconds || timings_.size() >= kSteps;
  }

  /// Collective, with equally many steps on all ranks: what was added, each time the slowest
  /// rank's. The log is empty afterwards.
  std::vector<StepTiming> take(const comm::Communicator& communicator);

 private:
  static constexpr double kSeconds = 0.5;
  static constexpr std::size_t kSteps = 1024;
  std::vector<StepTiming> timings_;
  core::Stopwatch since_;
};

}  // namespace plumb::train
