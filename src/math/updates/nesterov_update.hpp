// One step of gradient descent with Nesterov's momentum.
#pragma once

#include <span>

#include "math/updates/reference_update.hpp"

namespace plumb::math {

/// Nesterov's accelerated gradient (Sutskever et al. 2013, in the form of PyTorch's SGD with
/// nesterov=True): the momentum of the step to come is part of this one.
///   g' = g + weight_decay * w;  v = momentum * v + g';  w = w - learning_rate * (g' + momentum *
///   v)
template <class T>
struct NesterovCoefficients {
  T learning_rate;
  T momentum;
  T weight_decay;
};

/// velocity may be empty when momentum is 0, which is plain gradient descent. weights, velocity,
/// gradient: equal lengths.
template <class T>
void nesterov_update(const NesterovCoefficients<T>& c, std::span<const T> gradient,
                     std::span<T> velocity, std::span<T> weights) noexcept;

/// The same step with the same bits, and its sums.
template <class T>
UpdateSums nesterov_update_measured(const NesterovCoefficients<T>& c, std::span<const T> gradient,
                                    std::span<T> velocity, std::span<T> weights) noexcept;

namespace reference {

template <class T>
UpdateSums nesterov_update_measured(const NesterovCoefficients<T>& c, std::span<const T> gradient,
                                    std::span<T> velocity, std::span<T> weights) noexcept {
  return update_measured<T>(gradient, weights, [&](std::size_t i) {
    const T g = gradient[i] + c.weight_decay * weights[i];
    if (velocity.empty()) return weights[i] - c.learning_rate * g;
    velocity[i] = c.momentum * velocity[i] + g;
    return weights[i] - c.learning_rate * (g + c.momentum * velocity[i]);
  });
}

}  // namespace reference

}  // namespace plumb::math
