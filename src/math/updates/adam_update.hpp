// One Adam step.
#pragma once

#include <cmath>
#include <span>

#include "math/updates/reference_update.hpp"

namespace plumb::math {

/// Adam (Kingma and Ba 2015, algorithm 1) with weight decay added to the gradient, as PyTorch's
/// Adam:
///   g' = g + weight_decay * w;  m = beta1 m + (1 - beta1) g';  v = beta2 v + (1 - beta2) g'^2;
///   w = w - step_size * m / (sqrt(v) / sqrt_correction2 + epsilon)
/// with step_size = learning_rate / (1 - beta1^t) and sqrt_correction2 = sqrt(1 - beta2^t) for step
/// t = 1, 2, ..., both of the betas as T stores them: 1 - float(.999) is 1.3e-5 off .001.
template <class T>
struct AdamCoefficients {
  T beta1;
  T beta2;
  T epsilon;
  T weight_decay;
  T step_size;
  T sqrt_correction2;
};

/// All spans of equal length. mean, square: m and v, zero before the first step.
template <class T>
void adam_update(const AdamCoefficients<T>& c, std::span<const T> gradient, std::span<T> mean,
                 std::span<T> square, std::span<T> weights) noexcept;

/// The same step with the same bits, and its sums.
template <class T>
UpdateSums adam_update_measured(const AdamCoefficients<T>& c, std::span<const T> gradient,
                                std::span<T> mean, std::span<T> square,
                                std::span<T> weights) noexcept;

namespace reference {

template <class T>
UpdateSums adam_update_measured(const AdamCoefficients<T>& c, std::span<const T> gradient,
                                std::span<T> mean, std::span<T> square,
                                std::span<T> weights) noexcept {
  return update_measured<T>(gradient, weights, [&](std::size_t i) {
    T& m = mean[i];
    T& v = square[i];
    const T g = gradient[i] + c.weight_decay * weights[i];
    m = c.beta1 * m + (1 - c.beta1) * g;
    v = c.beta2 * v + (1 - c.beta2) * g * g;
    return weights[i] - c.step_size * m / (std::sqrt(v) / c.sqrt_correction2 + c.epsilon);
  });
}

}  // namespace reference

}  // namespace plumb::math
