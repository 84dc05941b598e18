// Reference implementations (plain loops) of the vector kernels and the reductions.
#include <algorithm>
#include <cmath>

#include "math/reductions.hpp"
#include "math/vector_kernels.hpp"

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
void add(std::span<const T> x, std::span<T> y) noexcept {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[i];
}

template <class T>
SquareSum scale_delta(core::MatrixView<const T> derivative, T scale, core::MatrixView<T> delta,
                      std::span<T> bias_gradient) noexcept {
  for (std::size_t i = 0; i < delta.size(); ++i) delta.data[i] *= derivative.data[i];
  return reference::sum_delta<T>(delta, scale, bias_gradient);
}

template <class T>
SquareSum sum_delta(core::MatrixView<const T> delta, T scale, std::span<T> bias_gradient) noexcept {
  for (std::size_t u = 0; u < delta.cols; ++u) {
    T sum = 0;
    for (std::size_t r = 0; r < delta.rows; ++r) sum += delta(r, u);
    bias_gradient[u] = sum * scale;
  }
  return reference::square_sum<T>(delta.span());
}

template void add(std::span<const float>, std::span<float>) noexcept;
template void add(std::span<const double>, std::span<double>) noexcept;
template SquareSum scale_delta(core::MatrixView<const float>, float, core::MatrixView<float>,
                               std::span<float>) noexcept;
template SquareSum scale_delta(core::MatrixView<const double>, double, core::MatrixView<double>,
                               std::span<double>) noexcept;
template SquareSum sum_delta(core::MatrixView<const float>, float, std::span<float>) noexcept;
template SquareSum sum_delta(core::MatrixView<const double>, double, std::span<double>) noexcept;

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

template <class T>
void add_moments(std::span<const T> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept {
  for (const T value : values) {
    const double x = static_cast<double>(value) - pivot;
    deviation += x;
    deviation_squared += x * x;
  }
}

template void add_moments(std::span<const float>, double, double&, double&) noexcept;
template void add_moments(std::span<const double>, double, double&, double&) noexcept;

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
