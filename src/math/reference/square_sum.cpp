// Reference implementation (a plain loop) of square_sum.
#include <cmath>

#include "core/accumulators.hpp"
#include "math/square_sum.hpp"

namespace plumb::math::reference {
namespace {

void add_square(SquareSum& sum, double x) noexcept {
  const double size = std::abs(x);
  if (size < core::kBlueSmallest) {
    sum.small += (x * core::kBlueScaleUp) * (x * core::kBlueScaleUp);
  } else if (size > core::kBlueBiggest) {
    sum.big += (x * core::kBlueScaleDown) * (x * core::kBlueScaleDown);
  } else {
    sum.medium += x * x;
  }
}

}  // namespace

template <class T>
SquareSum square_sum(std::span<const T> x) noexcept {
  SquareSum sum;
  for (const T value : x) {
    if constexpr (sizeof(T) == sizeof(float)) {
      // A float's square always fits the medium bin; infinities stay infinite there.
      sum.medium += static_cast<double>(value) * static_cast<double>(value);
    } else {
      add_square(sum, value);
    }
  }
  return sum;
}

template SquareSum square_sum(std::span<const float>) noexcept;
template SquareSum square_sum(std::span<const double>) noexcept;

}  // namespace plumb::math::reference
