// Reference implementations of the vector kernels.
#include <algorithm>

#include "math/entry_counts.hpp"
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

template <class T>
UpdateSums sgd_update_measured(const SgdCoefficients<T>& c, std::span<const T> gradient,
                               std::span<T> velocity, std::span<T> weights) noexcept {
  UpdateSums sums;
  EntryCounts counts;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const T before = weights[i];
    T v = gradient[i] + c.weight_decay * before;
    if (!velocity.empty()) {
      v = c.momentum * velocity[i] + v;
      velocity[i] = v;
    }
    weights[i] = before - c.learning_rate * v;
    const T change = weights[i] - before;
    sums.weight_before += reference::square_sum<T>(std::span(&before, 1));
    sums.change += reference::square_sum<T>(std::span(&change, 1));
    counts.add_entry(gradient[i], before, weights[i]);
  }
  sums.gradient = reference::square_sum<T>(gradient);
  sums.gradient_max = counts.largest;
  sums.zero = counts.zero;
  sums.nonfinite = counts.nonfinite;
  sums.unchanged = counts.unchanged;
  return sums;
}

template void add(std::span<const float>, std::span<float>) noexcept;
template void add(std::span<const double>, std::span<double>) noexcept;
template SquareSum scale_delta(core::MatrixView<const float>, float, core::MatrixView<float>,
                               std::span<float>) noexcept;
template SquareSum scale_delta(core::MatrixView<const double>, double, core::MatrixView<double>,
                               std::span<double>) noexcept;
template SquareSum sum_delta(core::MatrixView<const float>, float, std::span<float>) noexcept;
template SquareSum sum_delta(core::MatrixView<const double>, double, std::span<double>) noexcept;
template UpdateSums sgd_update_measured(const SgdCoefficients<float>&, std::span<const float>,
                                        std::span<float>, std::span<float>) noexcept;
template UpdateSums sgd_update_measured(const SgdCoefficients<double>&, std::span<const double>,
                                        std::span<double>, std::span<double>) noexcept;

}  // namespace plumb::math::reference
