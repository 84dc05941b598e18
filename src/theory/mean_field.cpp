#include "theory/mean_field.hpp"

#include <cmath>

#include "theory/correlation.hpp"

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

}  // namespace plumb::theory
