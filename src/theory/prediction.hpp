// What theory says about one network before it is trained.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/settings.hpp"

namespace plumb::theory {

/// L rows: the hidden layers (mlp, cnn) or time steps (rnn), first one first, then the output
/// layer, whose entries are NaN.
struct Prediction {
  std::vector<double> delta_rms_ratio;  // (L) delta_rms(l) / delta_rms(l+1)
  /// (L) what finite width adds to ln(||delta_l||^2 / ||delta_{l+1}||^2), in the mean beyond
  /// 2 ln delta_rms_ratio and as a variance: -k_l / (2 n_l) and k_l / n_l (Hanin and Nica 2018).
  /// They are those of one sample; an average over a batch scatters less.
  std::vector<double> log_ratio_bias;
  std::vector<double> log_ratio_variance;
  /// (L) residual networks: variance of ln ||delta_l||^2 that the layers below l do not inherit, so
  /// that it counts at the two ends of a sum over layers only; 0 otherwise.
  std::vector<double> log_own_variance;
  /// (L) residual networks of unbounded functions: estimated share of the gradient's square
  /// norm that has turned towards the signal, which the prediction does not know of; 0 otherwise.
  std::vector<double> aligned_share;
  /// (L) plain networks: what the scatter of the signals' size adds to the variance of
  /// ln(||delta_l||^2 / ||delta_L||^2); nothing where phi' does not know of it.
  std::vector<double> forward_variance;
  /// Of samples whose inputs are of different size: how many there are in each group, and (L) the
  /// share that one sample of each group has in the batch's ||delta_l||^2. One group where phi'
  /// does not know of the size. The mean over samples is over them all: log_ratio_bias etc. are
  /// means over the groups by their shares.
  std::vector<double> group_samples;
  std::vector<std::vector<double>> sample_share;
  /// Of the hidden layers' variances, see mean_field.hpp. Residual networks have no q*; their
  /// chi_1 is the factor of the last hidden layer and changes with depth. Where different widths
  /// make the variances of inner layers differ there is no q*, and the others are NaN.
  std::optional<double> q_star;
  double chi_1 = 0;
  double xi_q = 0;
  double xi_c = 0;
  std::string assumptions;  // one sentence: what the prediction leaves out
};

/// Layer by layer, from the first layer's input on, as the mean over samples of ||delta_l||^2
/// behaves. input_square_norms: ||x||^2 of each sample, finite and >= 0, as many as there are or
/// some that stand for all; for rnn, of one time step's input, and only their mean counts.
Prediction predict(const net::NetworkSettings& settings, const net::ProblemShape& problem,
                   std::span<const double> input_square_norms);

/// All samples of the same norm.
Prediction predict(const net::NetworkSettings& settings, const net::ProblemShape& problem,
                   double input_square_norm);

}  // namespace plumb::theory
