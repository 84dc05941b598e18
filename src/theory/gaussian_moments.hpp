// Averages over one unit whose input is normally distributed: all that mean-field theory needs to
// know of an activation function. By closed forms where its file has them, else by quadrature over
// its plain reference.
#pragma once

#include <span>
#include <vector>

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

/// As gaussian_moments(), whatever the function; about 11 digits. q finite and >= 0.
Moments quadrature_moments(const ActivationFunction& function, double q);

/// Averages over normal x, y of variance q > 0 and correlation c in [0, 1].
struct PairAverages {
  double value = 0;       // phi(x) phi(y)
  double derivative = 0;  // phi'(x) phi'(y)
};

PairAverages pair_averages(const ActivationFunction& function, double q, double c);

struct Node {
  double x = 0;
  double weight = 0;  // adds up to 1 over the whole line
};

/// Composite Gauss-Legendre rule for x ~ N(0, variance), x >= low. Panels are narrower than the
/// distribution, end at every centre and grow in proportion to `feature` plus the distance from the
/// nearest one: an integrand may have a corner at a centre and any detail of size `feature` near
/// it. Ten standard deviations are covered; variance > 0.
std::vector<Node> normal_grid(double variance, double low, std::span<const double> centres,
                              double feature);

}  // namespace plumb::theory
