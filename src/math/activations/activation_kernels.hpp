// Elementwise activation functions: value and derivative in one pass, vectorised, with the
// instruction set chosen at run time.
#pragma once

#include <cstdint>
#include <span>

#include "core/accumulators.hpp"
#include "core/matrix_view.hpp"
#include "math/activations/activation.hpp"

namespace plumb::math {

using core::ActivationSums;

/// z: (samples, units) pre-activations without bias; on return phi'(z + bias).
/// bias: (units). a: (samples, units), on return phi(z + bias).
/// negative_slope is read by LeakyRelu only. phi'(0) of Relu is 0, of LeakyRelu the slope.
/// Derivatives keep their relative accuracy in both tails: sigmoid' = s(z) s(-z) and
/// tanh' = 4 s(2z) s(-2z), which never round to zero before the true value does.
template <class T>
void activate(Activation function, T negative_slope, core::MatrixView<T> z_to_derivative,
              std::span<const T> bias, core::MatrixView<T> a);

/// Same values, and the sums. alive: (units) bytes; entry u is set to 1 when unit u has a non-zero
/// derivative for at least one sample, and left alone otherwise.
template <class T>
ActivationSums activate_measured(Activation function, T negative_slope,
                                 core::MatrixView<T> z_to_derivative, std::span<const T> bias,
                                 core::MatrixView<T> a, std::span<std::uint8_t> alive);

namespace reference {
template <class T>
ActivationSums activate_measured(Activation function, T negative_slope,
                                 core::MatrixView<T> z_to_derivative, std::span<const T> bias,
                                 core::MatrixView<T> a, std::span<std::uint8_t> alive);
}  // namespace reference

}  // namespace plumb::math
