// Watches a run for what its user should be told at the end: from step reports alone, so that it
// costs nothing that the run does not measure anyway.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "train/observer.hpp"

namespace plumb::experiment {

/// Measured steps of which something is true.
struct Occurrences {
  std::uint64_t count = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  void add(std::uint64_t step) noexcept {
    if (count++ == 0) first = step;
    last = step;
  }
};

/// What became of a run.
struct RunCourse {
  std::uint64_t steps = 0;     // taken
  std::uint64_t measured = 0;  // of these
  Occurrences still;           // no weight of any layer changed
  Occurrences skipped;         // of these: left out, as the gradient was not finite
  double lowest_loss_scale = std::numeric_limits<double>::infinity();
  std::uint64_t lowest_loss_scale_step = 0;
  /// Training loss, as the mean over `window` steps: the lowest such mean.
  std::uint64_t window = 1;
  double lowest_loss = std::numeric_limits<double>::infinity();
  /// Hidden rows of the history, from 0, without a unit alive at any measured step.
  std::vector<std::size_t> dead_layers;
};

class RunWatch final : public train::Observer {
 public:
  /// steps: that the run is to take. dynamic: its loss scale adapts, so that steps can be skipped.
  RunWatch(std::uint64_t steps, bool dynamic);

  void on_step(const train::StepReport& report) override;
  /// On rank 0, which is the one that hears of steps.
  [[nodiscard]] RunCourse course() const;

 private:
  void watch_loss(double loss);
  void watch_layers(const train::StepReport& report);

  bool dynamic_;
  RunCourse course_;
  std::uint64_t in_window_ = 0;
  double window_sum_ = 0;
  std::vector<bool> ever_alive_;  // by row
};

}  // namespace plumb::experiment
