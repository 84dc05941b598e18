// Vector kernels of a training step: sums, products, the update. Every function works on the
// calling thread, vectorised with the instruction set chosen at run time; the order of every sum
// depends on the length only, so the bits do not depend on threads or ranks.
#pragma once

#include <cstdint>
#include <span>

#include "core/matrix_view.hpp"
#include "math/square_sum.hpp"

namespace plumb::math {

/// y += x. Equal lengths.
template <class T>
void add(std::span<const T> x, std::span<T> y) noexcept;

/// delta *= derivative, elementwise; (samples, units) both.
/// bias_gradient (units) = scale * column sums of the result, rows added in ascending order.
/// Returns the sum of squares of the result.
template <class T>
SquareSum scale_delta(core::MatrixView<const T> derivative, T scale, core::MatrixView<T> delta,
                      std::span<T> bias_gradient) noexcept;

/// bias_gradient (units) = scale * column sums of delta (samples, units); returns delta's sum of
/// squares. For the output layer, whose delta the loss writes directly.
template <class T>
SquareSum sum_delta(core::MatrixView<const T> delta, T scale, std::span<T> bias_gradient) noexcept;

/// One layer's stochastic gradient descent step with momentum (Polyak 1964, in the form of
/// Sutskever et al. 2013 without Nesterov, as PyTorch's SGD):
///   v = momentum * v + (g + weight_decay * w);  w = w - learning_rate * v.
template <class T>
struct SgdCoefficients {
  T learning_rate;
  T momentum;
  T weight_decay;
};

using core::UpdateSums;

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
void add(std::span<const T> x, std::span<T> y) noexcept;
template <class T>
SquareSum scale_delta(core::MatrixView<const T> derivative, T scale, core::MatrixView<T> delta,
                      std::span<T> bias_gradient) noexcept;
template <class T>
SquareSum sum_delta(core::MatrixView<const T> delta, T scale, std::span<T> bias_gradient) noexcept;
template <class T>
UpdateSums sgd_update_measured(const SgdCoefficients<T>& c, std::span<const T> gradient,
                               std::span<T> velocity, std::span<T> weights) noexcept;
}  // namespace reference

}  // namespace plumb::math
