// Where gradients keep their size: chi_1 = 1.
#pragma once

#include <optional>

#include "theory/gaussian_moments.hpp"

namespace plumb::theory {

struct CriticalPoint {
  double weight_variance = 0;
  double bias_variance = 0;
  /// V(q*) = q*. None where a homogeneous function has no q*: it grows, or stays what it was.
  std::optional<double> q_star;
  double variance_slope = 1;  // V'(q*); above 1 the variance does not return to q*
};

/// The sigma_w^2 with chi_1 = 1 at this sigma_b^2 >= 0; the one of smallest q* where there are
/// several, none where there is none.
std::optional<CriticalPoint> critical_point(const ActivationFunction& function,
                                            double bias_variance);

/// chi_1 = 1 and V'(q*) = 1 together (Roberts, Yaida and Hanin 2022, arXiv 2106.10165, chapter 5):
/// both the gradient and the variance neither grow nor shrink exponentially. q* > 0 where there is
/// such a point, else q* = 0 where phi(0) = 0.
std::optional<CriticalPoint> double_critical_point(const ActivationFunction& function);

}  // namespace plumb::theory
