#include "theory/critical_point.hpp"

#include <algorithm>
#include <cmath>

#include "math/activations/activation_traits.hpp"

namespace plumb::theory {
namespace {

constexpr double kLeast = 1e-6;  // q* that is looked for
constexpr double kMost = 1e12;
constexpr double kFactor = 1.25;
constexpr double kRounding = 1e-12;

/// chi_1 = 1 at q fixes sigma_w^2, and V(q) = q then sigma_b^2.
CriticalPoint at(const ActivationFunction& function, double q) {
  const Moments moments = gaussian_moments(function, q);
  const double weight_variance = 1 / moments.derivative_square;
  return {weight_variance, q - weight_variance * moments.square, q,
          weight_variance * moments.square_slope};
}

/// The smallest root of f between `least` and kMost; what is not above rounding is not positive.
template <class F>
std::optional<double> smallest_root(const F& f, double least, double rounding) {
  const auto is_positive = [&](double q) { return f(q) > rounding; };
  const bool starts_positive = is_positive(least);
  double near = least;
  double far = least;
  do {
    near = far;
    far *= kFactor;
    if (far > kMost) return std::nullopt;
  } while (is_positive(far) == starts_positive);
  while (far - near > 1e-15 * far) {  // bisection
    const double middle = (near + far) / 2;
    if (middle == near || middle == far) break;
    (is_positive(middle) == starts_positive ? near : far) = middle;
  }
  return near;
}

CriticalPoint of_homogeneous(const ActivationFunction& function, double bias_variance) {
  return {1 / gaussian_moments(function, 1).derivative_square, bias_variance, std::nullopt, 1};
}

/// phi(0) = 0: silent units stay silent.
CriticalPoint at_zero(const ActivationFunction& function) {
  return {1 / gaussian_moments(function, 0).derivative_square, 0, 0, 1};
}

}  // namespace

std::optional<CriticalPoint> critical_point(const ActivationFunction& function,
                                            double bias_variance) {
  const math::ActivationTraits& traits = math::traits_of(function.activation);
  if (traits.is_homogeneous) return of_homogeneous(function, bias_variance);
  if (bias_variance == 0 && traits.value_at_zero == 0) return at_zero(function);
  // q* is at least sigma_b^2; both may be far below 1.
  const bool has_biases = bias_variance > 0;
  const auto q =
      smallest_root([&](double x) { return at(function, x).bias_variance - bias_variance; },
                    has_biases ? std::min(kLeast, bias_variance / 2) : kLeast,
                    has_biases ? kRounding * std::min(1.0, bias_variance) : kRounding);
  if (!q) return std::nullopt;
  CriticalPoint point = at(function, *q);
  point.bias_variance = bias_variance;  // not its rounding
  return point;
}

std::optional<CriticalPoint> double_critical_point(const ActivationFunction& function) {
  const math::ActivationTraits& traits = math::traits_of(function.activation);
  if (traits.is_homogeneous) return of_homogeneous(function, 0);
  const auto q = smallest_root([&](double x) { return at(function, x).variance_slope - 1; }, kLeast,
                               kRounding);
  if (q && at(function, *q).bias_variance >= 0) return at(function, *q);
  if (traits.value_at_zero == 0) return at_zero(function);
  return std::nullopt;
}

}  // namespace plumb::theory
