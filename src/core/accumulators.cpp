#include "core/accumulators.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::core {

double SquareSum::norm() const noexcept { return scaled_norm(1.0); }

double SquareSum::scaled_norm(double factor) const noexcept {
  const double root_factor = std::sqrt(factor);
  // `!(x == 0)` also catches NaN, which then reaches the result.
  if (!(big == 0)) {
    // What is in the small bin is beyond the last bit here. The scale goes in twice, because its
    // square is not representable.
    const double total = big + (medium * kBlueScaleDown) * kBlueScaleDown;
    return std::sqrt(total) * root_factor / kBlueScaleDown;
  }
  if (small == 0) return std::sqrt(medium) * root_factor;
  const double small_root = std::sqrt(small) * root_factor / kBlueScaleUp;
  if (medium == 0) return small_root;
  return std::hypot(small_root, std::sqrt(medium) * root_factor);
}

UpdateSums& UpdateSums::operator+=(const UpdateSums& other) noexcept {
  gradient += other.gradient;
  weight_before += other.weight_before;
  change += other.change;
  gradient_max = std::max(gradient_max, other.gradient_max);
  zero += other.zero;
  nonfinite += other.nonfinite;
  unchanged += other.unchanged;
  return *this;
}

}  // namespace plumb::core
