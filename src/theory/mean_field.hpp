// Where wide random networks settle: fixed points, phases and depth scales, and how alike the
// signals of two inputs become.
#pragma once

#include <optional>
#include <string>

#include "theory/gaussian_moments.hpp"

namespace plumb::theory {

enum class Phase { Ordered, Critical, Chaotic };

std::string to_string(Phase phase);

/// The deep layers of a fully connected network with Var W = weight_variance / fan_in (Poole et
/// al. 2016, Schoenholz et al. 2017; formulas in docs/theory.md). Depth scales are in layers,
/// infinite where the decay is slower than exponential.
struct MeanField {
  /// Variance of a unit's input, where an input of mean square 1 leads. None when it grows without
  /// end or, of homogeneous functions, keeps the value it started with.
  std::optional<double> q_star;
  /// Mean of ||delta_l||^2 / ||delta_{l+1}||^2 for equal widths.
  double chi_1 = 0;
  Phase phase = Phase::Ordered;  // critical: chi_1 within 1e-5 of 1
  /// Correlation of two inputs' signals deep in the network: below 1 in the chaotic phase of
  /// functions that have a q*.
  double c_star = 1;
  double xi_q = 0;  // on which q approaches q*
  /// On which the correlation approaches c*. For homogeneous functions, whose correlation map
  /// has no scale of its own: on which differences between signals, and gradients, change.
  double xi_c = 0;
  double trainable_depth = 0;  // 6 xi_c
  double spread = 0;           // k of gaussian_moments.hpp
};

/// Both variances finite and >= 0.
MeanField mean_field(const ActivationFunction& function, double weight_variance,
                     double bias_variance);

/// q* alone.
std::optional<double> fixed_point(const ActivationFunction& function, double weight_variance,
                                  double bias_variance);

/// 1 / |ln factor|: layers over which something changes by e that changes by `factor` a layer.
double depth_scale(double factor) noexcept;

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
