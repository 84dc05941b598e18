// How alike the signals of two inputs become.
#pragma once

#include "theory/gaussian_moments.hpp"

namespace plumb::theory {

struct CorrelationFixedPoint {
  double c_star = 1;
  double slope = 0;  // of the correlation map at c_star
};

/// The stable fixed point below 1 of the map from a layer's correlation to the next one's, both
/// inputs having q = q_star > 0 (Poole et al. 2016, eq. 5). In the chaotic phase.
CorrelationFixedPoint chaotic_correlation(const ActivationFunction& function,
                                          double weight_variance, double bias_variance,
                                          double q_star);

}  // namespace plumb::theory
