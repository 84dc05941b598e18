#include <algorithm>
#include <cmath>

#include "theory/mean_field.hpp"

namespace plumb::theory {
namespace {

std::optional<double> piecewise_linear_fixed_point(double factor, double bias_variance) {
  if (factor >= 1) return std::nullopt;
  return bias_variance / (1 - factor);
}

/// V(q) = weight_variance E phi^2 + bias_variance is concave for sigmoid and tanh. Newton's steps
/// from the right of the largest root of V(q) = q therefore only go down, and never below it.
double saturating_fixed_point(const ActivationFunction& function, double weight_variance,
                              double bias_variance) {
  constexpr int kMostSteps = 2000;
  double q = weight_variance + bias_variance;  // phi^2 <= 1
  for (int step = 0; step < kMostSteps; ++step) {
    const Moments moments = gaussian_moments(function, q);
    const double excess = q - weight_variance * moments.square - bias_variance;
    const double slope = 1 - weight_variance * moments.square_slope;
    const double down = excess / slope;
    if (!(slope > 0) || !(down > 0)) break;  // at the root, up to rounding
    q -= down;
    if (down <= 1e-16 * q) break;
  }
  return q;
}

}  // namespace

std::optional<double> fixed_point(const ActivationFunction& function, double weight_variance,
                                  double bias_variance) {
  if (is_piecewise_linear(function.activation)) {
    const double factor = weight_variance * gaussian_moments(function, 1).derivative_square;
    return piecewise_linear_fixed_point(factor, bias_variance);
  }
  // The signal dies out; at weight_variance = 1 so slowly that no iteration would find it.
  const bool is_odd = function.activation == math::Activation::Tanh;
  if (is_odd && bias_variance == 0 && weight_variance <= 1) return 0;
  return saturating_fixed_point(function, weight_variance, bias_variance);
}

double depth_scale(double factor) noexcept {
  if (!(factor > 0)) return 0;
  return 1 / std::abs(std::log(factor));
}

}  // namespace plumb::theory
