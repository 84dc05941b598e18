// What relu, leaky_relu and linear share: one slope left of zero, 1 right of it.
#pragma once

#include <cmath>
#include <numbers>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

inline ActivationPoint rectified(long double z, long double left_slope) {
  if (z > 0) return {z, 1};
  return {left_slope == 0 ? 0 : left_slope * z, left_slope};
}

inline GaussianMoments rectifier_moments(double left_slope, double q) {
  const double a2 = left_slope * left_slope;
  const double half = (1 + a2) / 2;
  const double mean = (1 - left_slope) * std::sqrt(q / (2 * std::numbers::pi));
  return {mean, q * half, half, half, (1 + a2 * a2) / 2, 0};
}

}  // namespace plumb::math::activations
