#include "history/noise_scale.hpp"

#include <cmath>
#include <limits>

namespace plumb::history {

void NoiseScale::add(const core::SquareSum& slices, double loss_scale,
                     const core::SquareSum& whole) {
  if (slice_ >= batch_) return;
  const auto b = static_cast<long double>(slice_);
  const auto big = static_cast<long double>(batch_);
  const long double slice_norm = static_cast<long double>(slices.norm()) / loss_scale;
  const long double whole_norm = static_cast<long double>(whole.norm()) / loss_scale;
  // A step that overflowed says nothing about noise; under a dynamic loss scale it is left out.
  if (!std::isfinite(slice_norm) || !std::isfinite(whole_norm)) return;
  // A slice's own mean gradient is its share of the batch's times B / b, and there are B / b
  // slices.
  const long double small_batch = slice_norm * slice_norm * (big / b);
  const long double large_batch = whole_norm * whole_norm;
  trace_ += (small_batch - large_batch) / (1 / b - 1 / big);
  square_ += (big * large_batch - b * small_batch) / (big - b);
}

double NoiseScale::value() const {
  if (slice_ >= batch_ || square_ == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(trace_ / square_);
}

}  // namespace plumb::history
