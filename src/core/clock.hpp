// Wall-clock time for phases of a step.
#pragma once

#include <chrono>

namespace plumb::core {

/// Seconds since an arbitrary fixed moment, monotonic.
inline double now_seconds() noexcept {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds since construction or the last lap().
class Stopwatch {
 public:
  Stopwatch() noexcept : start_(now_seconds()) {}
  double lap() noexcept {
    const double now = now_seconds();
    const double elapsed = now - start_;
    start_ = now;
    return elapsed;
  }
  [[nodiscard]] double elapsed() const noexcept { return now_seconds() - start_; }

 private:
  double start_;
};

}  // namespace plumb::core
