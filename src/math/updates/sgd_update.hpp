// One step of stochastic gradient descent.
#pragma once

#include <span>

#include "math/updates/reference_update.hpp"

namespace plumb::math {

/// Stochastic gradient descent with momentum (Polyak 1964, in the form of Sutskever et al. 2013
/// without Nesterov, as PyTorch's SGD):
///   v = momentum * v + (g + weight_decay * w);  w = w - learning_rate * v.
template <class T>
struct SgdCoefficients {
  T learning_rate;
  T momentum;
  T weight_decay;
};

/// velocity may be empty when momentum is 0. weights, velocity, gradient: equal lengths.
template <class T>
void sgd_update(const SgdCoefficients<T>& c, std::span<const T> gradient, std::span<T> velocity,
                std::span<T> weights) noexcept;

/// The same step with the same bits, and its sums.
template <class T>
UpdateSums sgd_update_measured(const SgdCoefficients<T>& c, std::span<const T> gradient,
                               std::span<T> velocity, std::span<T> weights) noexcept;

namespace reference {

template <class T>
UpdateSums sgd_update_measured(const SgdCoefficients<T>& c, std::span<const T> gradient,
                               std::span<T> velocity, std::span<T> weights) noexcept {
  return update_measured<T>(gradient, weights, [&](std::size_t i) {
    T v = gradient[i] + c.weight_decay * weights[i];
    if (!velocity.empty()) {
      v = c.momentum * velocity[i] + v;
      velocity[i] = v;
    }
    return weights[i] - c.learning_rate * v;
  });
}

}  // namespace reference

}  // namespace plumb::math
