// Reference implementation of count_exponents.
#include <algorithm>
#include <cmath>

#include "math/formats/exponent_counts.hpp"

namespace plumb::math::reference {
namespace {

int exponent_of(double x) noexcept {
  if (!std::isfinite(x)) return kHighestExponent;
  if (x == 0) return kLowestExponent;
  return std::clamp(std::ilogb(x), kLowestExponent, kHighestExponent);
}

}  // namespace

/// A float is exact in double, where it is not subnormal.
template <class T>
void count_exponents(std::span<const T> x, ExponentCounts& counts) noexcept {
  for (const T value : x) {
    ++counts[static_cast<std::size_t>(exponent_of(value) - kLowestExponent)];
  }
}

template void count_exponents(std::span<const float>, ExponentCounts&) noexcept;
template void count_exponents(std::span<const double>, ExponentCounts&) noexcept;

}  // namespace plumb::math::reference
