// The rows of a prediction for networks whose layers have weights of their own (mlp, cnn), and how
// finite width changes the mean and the variance of ln(||delta_l||^2 / ||delta_{l+1}||^2) of one
// sample.
#pragma once

#include <span>
#include <vector>

#include "net/settings.hpp"
#include "theory/gaussian_moments.hpp"
#include "theory/prediction.hpp"
#include "theory/signals.hpp"

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

/// Room for L rows that say nothing yet: the output layer's stays so.
void make_rows(Prediction& prediction, std::size_t count);

/// square_ratio: E ||delta_l||^2 / ||delta_{l+1}||^2.
void set_row(Prediction& prediction, std::size_t l, double square_ratio, WidthEffect effect);

/// Whether there is a skip: it needs a hidden layer below it.
bool has_skips(const net::NetworkSettings& settings) noexcept;

/// All rows, for a batch of samples with inputs of these square norms per number. Returns the
/// signals of one of its groups.
std::vector<Signal> add_layer_rows(const net::NetworkSettings& settings,
                                   const std::vector<PlannedLayer>& layers,
                                   std::span<const double> mean_squares, Prediction& prediction);

}  // namespace plumb::theory
