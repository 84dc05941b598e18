// The gradient noise scale: how many samples a batch may hold before they repeat each other.
#pragma once

#include <cstddef>

#include "core/accumulators.hpp"

namespace plumb::history {

/// McCandlish et al. 2018 (arXiv 1812.06162), appendix A.1, with b samples in each of K slices and
/// B = K b: |G|^2 is estimated by (B |G_B|^2 - b |G_b|^2) / (B - b), tr(Sigma) by
/// (|G_b|^2 - |G_B|^2) / (1/b - 1/B). Both are noisy and averaged over the steps on their own
/// before they are divided, for the mean of ratios is not the ratio of means.
class NoiseScale {
 public:
  /// slice: b, batch: B, in samples.
  NoiseScale(std::size_t slice, std::size_t batch) : slice_(slice), batch_(batch) {}

  /// One step. slices: sum over slices of the squares of (slice's gradient sum / B); whole: squares
  /// of the batch's mean gradient, before rounding; both carry loss_scale. Left out when not
  /// finite.
  void add(const core::SquareSum& slices, double loss_scale, const core::SquareSum& whole);
  /// B_simple in samples over the steps so far; NaN with a single slice or without steps.
  [[nodiscard]] double value() const;

 private:
  std::size_t slice_;
  std::size_t batch_;
  // Sums over steps. long double: squares of gradients of 1e-200 still fit its range.
  long double trace_ = 0;
  long double square_ = 0;
};

}  // namespace plumb::history
