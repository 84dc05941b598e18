// Reference implementation of gradient_sums.
#include <algorithm>
#include <cmath>

#include "math/gradient_sums.hpp"

namespace plumb::math::reference {

template <class T>
UpdateSums gradient_sums(std::span<const T> gradient) noexcept {
  UpdateSums sums;
  sums.gradient = reference::square_sum<T>(gradient);
  for (const T g : gradient) {
    if (g == 0) ++sums.zero;
    if (std::isfinite(g)) {
      sums.gradient_max = std::max(sums.gradient_max, std::abs(static_cast<double>(g)));
    } else {
      ++sums.nonfinite;
    }
  }
  return sums;
}

template UpdateSums gradient_sums(std::span<const float>) noexcept;
template UpdateSums gradient_sums(std::span<const double>) noexcept;

}  // namespace plumb::math::reference
