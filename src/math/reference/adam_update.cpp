// Reference implementation of the Adam step.
#include <cmath>

#include "math/entry_counts.hpp"
#include "math/updates/adam_update.hpp"

namespace plumb::math::reference {
namespace {

/// The new weight; m and v belong to it.
template <class T>
T stepped(const AdamCoefficients<T>& c, T gradient, T& m, T& v, T w) noexcept {
  const T g = gradient + c.weight_decay * w;
  m = c.beta1 * m + (1 - c.beta1) * g;
  v = c.beta2 * v + (1 - c.beta2) * g * g;
  return w - c.step_size * m / (std::sqrt(v) / c.sqrt_correction2 + c.epsilon);
}

template <class T>
SquareSum square_of(T x) noexcept {
  return reference::square_sum<T>(std::span<const T>(&x, 1));
}

}  // namespace

template <class T>
UpdateSums adam_update_measured(const AdamCoefficients<T>& c, std::span<const T> gradient,
                                std::span<T> mean, std::span<T> square,
                                std::span<T> weights) noexcept {
  UpdateSums sums;
  EntryCounts counts;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const T before = weights[i];
    weights[i] = stepped(c, gradient[i], mean[i], square[i], before);
    sums.weight_before += square_of(before);
    sums.change += square_of(weights[i] - before);
    counts.add_entry(gradient[i], before, weights[i]);
  }
  sums.gradient = reference::square_sum<T>(gradient);
  sums.gradient_max = counts.largest;
  sums.zero = counts.zero;
  sums.nonfinite = counts.nonfinite;
  sums.unchanged = counts.unchanged;
  return sums;
}

template UpdateSums adam_update_measured(const AdamCoefficients<float>&, std::span<const float>,
                                         std::span<float>, std::span<float>,
                                         std::span<float>) noexcept;
template UpdateSums adam_update_measured(const AdamCoefficients<double>&, std::span<const double>,
                                         std::span<double>, std::span<double>,
                                         std::span<double>) noexcept;

}  // namespace plumb::math::reference
