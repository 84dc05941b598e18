// Averages over one unit whose input is normally distributed: all that mean-field theory needs to
// know of an activation function.
#pragma once

#include "math/activations/activation_traits.hpp"

namespace plumb::theory {

/// phi, as far as theory is concerned.
struct ActivationFunction {
  math::Activation activation = math::Activation::Sigmoid;
  double negative_slope = 0.01;  // read by LeakyRelu only
};

/// phi(s x) = s phi(x) for s > 0, so that phi' does not know q: relu, leaky_relu, linear.
bool is_homogeneous(math::Activation activation) noexcept;

/// Averages over x ~ N(0, q).
using Moments = math::GaussianMoments;

/// q: variance of the input, finite and >= 0. A closed form or a quadrature of its own where the
/// function has one, else quadrature.hpp; at least 11 digits for every q: see docs/theory.md.
Moments gaussian_moments(const ActivationFunction& function, double q);

/// What an activation of finite width adds: the squared length of a delta that passes one layer of
/// n units varies by k / n, relative to its mean. k = 3 mu_2 / mu_1^2 - 1 (Hanin and Nica 2018).
double spread(const Moments& moments) noexcept;

}  // namespace plumb::theory
