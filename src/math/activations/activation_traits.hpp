// What the rest of the program asks of an activation function. Each function answers in its own
// file; activation_list-inl.hpp lists them.
#pragma once

#include <span>
#include <string_view>

#include "math/activations/activation.hpp"
#include "math/dual.hpp"

namespace plumb::math {

/// phi(z) and phi'(z).
struct ActivationPoint {
  long double value;
  long double derivative;
};

/// Averages over x ~ N(0, q): all that mean-field theory needs to know of an activation function.
struct GaussianMoments {
  double mean = 0;                     // phi(x)
  double square = 0;                   // phi(x)^2
  double square_slope = 0;             // d/dq of `square`
  double derivative_square = 0;        // phi'(x)^2, mu_1
  double derivative_fourth = 0;        // phi'(x)^4, mu_2
  double derivative_square_slope = 0;  // d/dq of mu_1
};

/// Functions without a parameter ignore negative_slope.
struct ActivationTraits {
  Activation activation;
  std::string_view name;
  bool reads_negative_slope;
  bool is_bounded;
  bool is_homogeneous;  // phi(s z) = s phi(z) for s > 0: phi' does not know the size of z
  /// |phi| <= 1 and E phi(x)^2 is a concave function of q; may be false where it is not known.
  bool has_concave_variance_map;
  double value_at_zero;             // phi(0)
  std::span<const double> corners;  // besides 0: where phi' may jump
  double (*largest_derivative)(double negative_slope);
  /// The slope left of zero that He's initialiser assumes: Var W = 2 / ((1 + slope^2) fan_in).
  double (*he_slope)(double negative_slope);
  /// The plain reference of the vector kernel, in long double. z is not NaN.
  ActivationPoint (*reference)(long double z, long double negative_slope);
  /// For the gradient check, in code of its own. At a corner `seen`, the derivative that the
  /// network itself has kept, says on which side the network saw the unit.
  Dual (*dual)(Dual z, double negative_slope, double seen);
  /// Closed forms; null where there are none and theory integrates the reference.
  GaussianMoments (*gaussian_moments)(double q, double negative_slope);
  /// E phi'(x) phi'(y) for normal x, y of variance q and correlation c in [0, 1].
  double (*derivative_product)(double q, double c);
};

const ActivationTraits& traits_of(Activation activation) noexcept;

/// A unit whose derivative is smaller than this in size is saturated.
template <class T>
T saturation_threshold(Activation activation, T negative_slope) noexcept {
  const double slope = static_cast<double>(negative_slope);
  return static_cast<T>(0.01 * traits_of(activation).largest_derivative(slope));
}

namespace activations {

/// What holds unless a function says otherwise.
struct Defaults {
  static constexpr bool kReadsNegativeSlope = false;
  static constexpr bool kIsBounded = false;
  static constexpr bool kIsHomogeneous = false;
  static constexpr bool kHasConcaveVarianceMap = false;
  static constexpr double kValueAtZero = 0;
  static constexpr std::span<const double> kCorners{};
  static constexpr GaussianMoments (*kGaussianMoments)(double q, double negative_slope) = nullptr;
  static constexpr double (*kDerivativeProduct)(double q, double c) = nullptr;

  static double largest_derivative(double /*negative_slope*/) { return 1; }
  static double he_slope(double /*negative_slope*/) { return 0; }
};

template <class... Functions>
struct List {};

}  // namespace activations
}  // namespace plumb::math
