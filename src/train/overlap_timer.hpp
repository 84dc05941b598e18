// How much of the communication is hidden behind work.
#pragma once

#include "core/clock.hpp"

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

}  // namespace plumb::train
