// How finite width shifts and scatters ln(||delta_l||^2 / ||delta_{l+1}||^2) of one sample.
#pragma once

#include "theory/gaussian_moments.hpp"

namespace plumb::theory {

/// First order in 1 / units; the derivations are in docs/theory.md.
struct WidthEffect {
  double bias = 0;
  double variance = 0;  // adds up in a sum over layers
  /// Scatter of the lower layer's delta that the layers below it do not inherit: a sum over layers
  /// has it at its two ends only.
  double own_variance = 0;
};

/// delta_l = phi'(z_l) W delta_{l+1}: bias -k / (2 n), variance k / n, k = 3 mu_2 / mu_1^2 - 1. An
/// orthogonal W keeps lengths and takes 2 away from k (less when it has more columns than rows).
WidthEffect plain_width_effect(const Moments& moments, double units, double units_above,
                               bool orthogonal) noexcept;

/// With a skip past layer l+1, which has as many units.
WidthEffect residual_width_effect(const Moments& moments, const Moments& above,
                                  double weight_variance_above, double units,
                                  bool orthogonal) noexcept;

}  // namespace plumb::theory
