// Mean-field integrals done another way than the room does: Simpson's rule over the whole line,
// phi written out, q found by iterating the map.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>

#include "theory/gaussian_moments.hpp"

namespace plumb::theory::testing {

/// The first ones written out; later ones have their kernels' reference.
inline double phi(const ActivationFunction& f, double x) {
  if (f.activation == math::Activation::Tanh) return std::tanh(x);
  if (f.activation == math::Activation::Sigmoid) return 1 / (1 + std::exp(-x));
  const auto point = math::traits_of(f.activation).reference(x, f.negative_slope);
  return static_cast<double>(point.value);
}

inline double phi_derivative(const ActivationFunction& f, double x) {
  if (f.activation == math::Activation::Tanh) return 1 / (std::cosh(x) * std::cosh(x));
  if (f.activation == math::Activation::Sigmoid) return phi(f, x) * phi(f, -x);
  const auto point = math::traits_of(f.activation).reference(x, f.negative_slope);
  return static_cast<double>(point.derivative);
}

/// Int Dz g(z) over [-10, 10], 2 `half_panels` panels. The kink of a piecewise linear phi at 0
/// falls between two double panels, but the point 0 itself counts for one side only: error step
/// / 6.
template <class G>
double gaussian_integral(const G& g, std::size_t half_panels) {
  const double step = 10 / static_cast<double>(half_panels);
  double sum = 0;
  for (std::size_t i = 0; i <= 2 * half_panels; ++i) {
    const double z = (static_cast<double>(i) - static_cast<double>(half_panels)) * step;
    const double weight = i == 0 || i == 2 * half_panels ? 1 : (i % 2 == 1 ? 4 : 2);
    sum += weight * g(z) * std::exp(-z * z / 2);
  }
  return sum * step / 3 / std::sqrt(2 * std::numbers::pi);
}

/// Enough panels for an integrand with features as narrow as 1 / sqrt(q).
inline std::size_t panels(double q) {
  return 2 * static_cast<std::size_t>(500 * (1 + std::sqrt(q)));
}

inline double iterated_q(const ActivationFunction& f, double weight_variance, double bias_variance,
                         int iterations) {
  double q = weight_variance + bias_variance;
  for (int i = 0; i < iterations; ++i) {
    const auto square = [&](double z) { return std::pow(phi(f, std::sqrt(q) * z), 2); };
    q = weight_variance * gaussian_integral(square, panels(q)) + bias_variance;
  }
  return q;
}

/// Int Dz phi'(sqrt(q) z)^power
inline double derivative_moment(const ActivationFunction& f, double q, double power) {
  const auto g = [&](double z) { return std::pow(phi_derivative(f, std::sqrt(q) * z), power); };
  return gaussian_integral(g, panels(q));
}

}  // namespace plumb::theory::testing
