// How long steps take: the clock of the communication, and the times of measured steps, gathered
// over ranks now and then.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "core/clock.hpp"
#include "train/observer.hpp"

namespace plumb::train {

/// Kept by the thread that owns MPI. Exposed: it is inside the communication, moving messages,
/// adding what arrived or waiting. Hidden: it is elsewhere while sums are under way.
class OverlapTimer {
 public:
  void start_step(double now = core::now_seconds()) noexcept {
    *this = {};
    started_ = now;
  }
  void enter(double now = core::now_seconds()) noexcept {
    entered_ = now;
    if (in_flight_) hidden_ += entered_ - left_;
  }
  /// Returns the seconds since enter().
  double leave(bool in_flight, double now = core::now_seconds()) noexcept {
    left_ = now;
    in_flight_ = in_flight;
    exposed_ += left_ - entered_;
    return left_ - entered_;
  }
  [[nodiscard]] double seconds_since_start() const noexcept {
    return core::now_seconds() - started_;
  }
  [[nodiscard]] double exposed_seconds() const noexcept { return exposed_; }
  [[nodiscard]] double hidden_seconds() const noexcept { return hidden_; }

 private:
  double started_ = 0;
  double entered_ = 0;
  double left_ = 0;
  double exposed_ = 0;
  double hidden_ = 0;
  bool in_flight_ = false;
};

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
