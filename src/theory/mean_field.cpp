#include "theory/mean_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "theory/gaussian_moments.hpp"

namespace plumb::theory {
namespace {

// The accuracy that is promised for chi_1.
constexpr double kCriticalWithin = 1e-5;
// What stands for a variance that grows without end; homogeneous functions do not care.
constexpr double kEndless = 1e24;

Phase phase_of(double chi_1) {
  if (std::abs(chi_1 - 1) <= kCriticalWithin) return Phase::Critical;
  return chi_1 < 1 ? Phase::Ordered : Phase::Chaotic;
}

// Gauss-Legendre, five points on [-1, 1].
constexpr std::array<double, 3> kNode{0, 0.5384693101056831, 0.9061798459386640};
constexpr std::array<double, 3> kWeight{0.5688888888888889, 0.4786286704993665, 0.2369268850561891};

template <class F>
double panel(const F& f, double a, double b) {
  const double middle = (a + b) / 2;
  const double half = (b - a) / 2;
  double sum = kWeight[0] * f(middle);
  for (std::size_t i = 1; i < kNode.size(); ++i) {
    sum += kWeight[i] * (f(middle - half * kNode[i]) + f(middle + half * kNode[i]));
  }
  return half * sum;
}

/// Halves [a, b] until two halves agree with the whole.
template <class F>
double integrate(const F& f, double a, double b, double whole, int levels) {
  constexpr double kTolerance = 1e-12;
  const double middle = (a + b) / 2;
  const double left = panel(f, a, middle);
  const double right = panel(f, middle, b);
  if (levels == 0 || std::abs(left + right - whole) <= kTolerance) return left + right;
  return integrate(f, a, middle, left, levels - 1) + integrate(f, middle, b, right, levels - 1);
}

constexpr int kMostSteps = 100;

// The map is a power series with coefficients >= 0, so it is convex, and Newton's steps from the
// left end at the smallest root of map(c) = c.

/// From E phi' phi' alone: dC/dc = slope(c) (Price 1958); with c = sin t the integrand has no
/// square root at c = 1. Only the piece of the integral that is new is done.
CorrelationFixedPoint integrate_slopes(const ActivationFunction& function, double weight_variance,
                                       double bias_variance, double q_star) {
  constexpr int kMostHalvings = 20;
  const auto product = math::traits_of(function.activation).derivative_product;
  const auto slope = [&](double c) { return weight_variance * product(q_star, c); };
  const auto integrand = [&](double t) { return slope(std::sin(t)) * std::cos(t); };
  const double mean = gaussian_moments(function, q_star).mean;
  double c = 0;
  double map = (weight_variance * mean * mean + bias_variance) / q_star;
  for (int step = 0; step < kMostSteps; ++step) {
    const double up = (map - c) / (1 - slope(c));
    if (!(up > 1e-14)) break;
    const double next = std::min(c + up, 1.0);
    const double from = std::asin(c);
    const double to = std::asin(next);
    map += integrate(integrand, from, to, panel(integrand, from, to), kMostHalvings);
    c = next;
  }
  return {c, slope(c)};
}

/// From both averages, by quadrature.
CorrelationFixedPoint follow_map(const ActivationFunction& function, double weight_variance,
                                 double bias_variance, double q_star) {
  constexpr double kAccuracy = 1e-11;
  double c = 0;
  double slope = 0;
  for (int step = 0; step < kMostSteps; ++step) {
    const PairAverages pair = pair_averages(function, q_star, c);
    slope = weight_variance * pair.derivative;
    const double up = ((weight_variance * pair.value + bias_variance) / q_star - c) / (1 - slope);
    if (!(up > kAccuracy) || c == 1) break;
    c = std::min(c + up, 1.0);
  }
  return {c, slope};
}

}  // namespace

std::string to_string(Phase phase) {
  if (phase == Phase::Ordered) return "ordered";
  return phase == Phase::Critical ? "critical" : "chaotic";
}

MeanField mean_field(const ActivationFunction& function, double weight_variance,
                     double bias_variance) {
  MeanField result;
  result.q_star = fixed_point(function, weight_variance, bias_variance);
  const double endless = is_homogeneous(function.activation) ? 1 : kEndless;
  const Moments moments = gaussian_moments(function, result.q_star.value_or(endless));
  result.chi_1 = weight_variance * moments.derivative_square;
  result.phase = phase_of(result.chi_1);
  result.xi_q = depth_scale(weight_variance * moments.square_slope);
  result.xi_c = depth_scale(result.chi_1);
  result.spread = spread(moments);
  if (result.phase == Phase::Chaotic && result.q_star && !is_homogeneous(function.activation)) {
    const CorrelationFixedPoint fixed =
        chaotic_correlation(function, weight_variance, bias_variance, *result.q_star);
    result.c_star = fixed.c_star;
    result.xi_c = depth_scale(fixed.slope);
  }
  result.trainable_depth = 6 * result.xi_c;
  return result;
}

CorrelationFixedPoint chaotic_correlation(const ActivationFunction& function,
                                          double weight_variance, double bias_variance,
                                          double q_star) {
  const bool has_product = math::traits_of(function.activation).derivative_product != nullptr;
  return has_product ? integrate_slopes(function, weight_variance, bias_variance, q_star)
                     : follow_map(function, weight_variance, bias_variance, q_star);
}

}  // namespace plumb::theory
