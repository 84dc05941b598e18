// One step of stochastic gradient descent.
#pragma once

#include <span>

#include "math/updates/reference_update.hpp"

namespace plumb::math {

/// Whether a step moves by the velocity, or by what the next velocity would be (look-ahead).
enum class Momentum { Polyak, Nesterov };

/// Stochastic gradient descent with momentum, in the form of Sutskever et al. 2013 and of PyTorch's
/// SGD. Both: g' = g + weight_decay * w;  v = momentum * v + g'. Then
///   Polyak (1964):  w = w - learning_rate * v;
///   Nesterov (1983):  w = w - learning_rate * (g' + momentum * v).
template <class T>
struct SgdCoefficients {
  T learning_rate;
  T momentum;
  T weight_decay;
  Momentum kind = Momentum::Polyak;
};

/// velocity may be empty when momentum is 0, which is plain gradient descent. weights, velocity,
/// gradient: equal lengths.
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
    const T g = gradient[i] + c.weight_decay * weights[i];
    if (velocity.empty()) return weights[i] - c.learning_rate * g;
    velocity[i] = c.momentum * velocity[i] + g;
    const bool looks_ahead = c.kind == Momentum::Nesterov;
    return weights[i] -
           c.learning_rate * (looks_ahead ? g + c.momentum * velocity[i] : velocity[i]);
  });
}

}  // namespace reference

}  // namespace plumb::math
