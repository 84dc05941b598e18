// Reference implementations of the vector kernels.
#include "math/vector_kernels.hpp"

namespace plumb::math::reference {

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

}  // namespace plumb::math::reference
