#include <algorithm>
#include <cmath>

#include "theory/mean_field.hpp"

namespace plumb::theory {
namespace {

std::optional<double> homogeneous_fixed_point(double factor, double bias_variance) {
  if (factor >= 1) return std::nullopt;
  return bias_variance / (1 - factor);
}

/// V(q) = weight_variance E phi^2 + bias_variance is concave and |phi| <= 1. Newton's steps from
/// the right of the largest root of V(q) = q therefore only go down, and never below it.
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

/// V(q) - q.
double excess(const ActivationFunction& function, double weight_variance, double bias_variance,
              double q) {
  return weight_variance * gaussian_moments(function, q).square + bias_variance - q;
}

/// Where repeated application of V leads from the input of mean square 1: to the next root of
/// V(q) = q, as V increases. None when q grows beyond all bounds.
std::optional<double> iterated_fixed_point(const ActivationFunction& function,
                                           double weight_variance, double bias_variance) {
  constexpr double kFactor = 1.25;
  constexpr double kLeast = 1e-12;  // q* = 0, to the accuracy of V
  constexpr double kMost = 1e12;
  constexpr double kRounding = 1e-14;  // of V: where V(q) = q over a range, q does not rise
  const auto rises = [&](double q) {
    return excess(function, weight_variance, bias_variance, q) > kRounding * q;
  };
  double near = weight_variance + bias_variance;
  const bool up = rises(near);
  double far = near;
  do {
    near = far;
    far = up ? near * kFactor : near / kFactor;
    if (far > kMost) return std::nullopt;
    if (far < kLeast) return 0;
  } while (rises(far) == up);
  while (std::abs(far - near) > 1e-15 * far) {  // bisection
    const double middle = (near + far) / 2;
    if (middle == near || middle == far) break;
    (rises(middle) == up ? near : far) = middle;
  }
  return near;
}

}  // namespace

std::optional<double> fixed_point(const ActivationFunction& function, double weight_variance,
                                  double bias_variance) {
  const math::ActivationTraits& traits = math::traits_of(function.activation);
  if (traits.is_homogeneous) {
    const double factor = weight_variance * gaussian_moments(function, 1).derivative_square;
    return homogeneous_fixed_point(factor, bias_variance);
  }
  if (weight_variance == 0) return bias_variance;
  if (!traits.has_concave_variance_map) {
    return iterated_fixed_point(function, weight_variance, bias_variance);
  }
  // The signal dies out; at V'(0) = 1 so slowly that no iteration would find it.
  const double slope_at_zero = gaussian_moments(function, 0).square_slope;
  const bool dies_out = traits.value_at_zero == 0 && weight_variance * slope_at_zero <= 1;
  if (dies_out && bias_variance == 0) return 0;
  return saturating_fixed_point(function, weight_variance, bias_variance);
}

double depth_scale(double factor) noexcept {
  if (!(factor > 0)) return 0;
  return 1 / std::abs(std::log(factor));
}

}  // namespace plumb::theory
