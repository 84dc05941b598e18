// Averages over one unit whose input is normally distributed: all that mean-field theory needs to
// know of an activation function.
#pragma once

#include "net/settings.hpp"

namespace plumb::theory {

/// phi, as far as theory is concerned.
struct ActivationFunction {
  math::Activation activation = math::Activation::Sigmoid;
  double negative_slope = 0.01;  // read by LeakyRelu only
};

/// relu, leaky_relu, linear: phi(s x) = s phi(x) for s > 0, so that phi' does not know q.
bool is_piecewise_linear(math::Activation activation) noexcept;

/// Averages over z ~ N(0, 1) with x = sqrt(q) z.
struct Moments {
  double mean = 0;                     // phi(x)
  double square = 0;                   // phi(x)^2
  double square_slope = 0;             // d/dq of `square`
  double derivative_square = 0;        // phi'(x)^2, mu_1
  double derivative_fourth = 0;        // phi'(x)^4, mu_2
  double derivative_square_slope = 0;  // d/dq of mu_1
};

/// q: variance of the input, finite and >= 0. Closed form for piecewise linear functions, else a
/// trapezoidal rule that keeps 12 digits for every q: see docs/theory.md.
Moments gaussian_moments(const ActivationFunction& function, double q);

/// Average of phi'(x) phi'(y) over normal x, y of variance q and correlation c in [0, 1].
/// sigmoid and tanh only.
double derivative_product(math::Activation activation, double q, double c);

/// What an activation of finite width adds: the squared length of a delta that passes one layer of
/// n units varies by k / n, relative to its mean. k = 3 mu_2 / mu_1^2 - 1 (Hanin and Nica 2018).
double spread(const Moments& moments) noexcept;

}  // namespace plumb::theory
