// How fast the gradient changes on its way through random networks, beside what theory says.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "claims/claim.hpp"
#include "net/settings.hpp"

namespace plumb::claims {

/// Over networks of different seeds and their inner layers, where a layer's value is
/// r = ||delta_l||^2 / ||delta_{l+1}||^2 of one random sample.
struct Decay {
  double mean_log = 0;      // of ln r
  double mean_ratio = 0;    // of r
  double log_variance = 0;  // of ln r
  std::size_t count = 0;    // seeds x layers

  double predicted_log = 0;  // with the finite-width correction
  double predicted_variance = 0;
  double steps_per_width = 0;  // of recurrent networks, whose weights repeat; else 0
  double chi_1 = 0;

  /// exp(mean_log / 2): a delta's length changes by it a layer, on the way to the input.
  [[nodiscard]] double factor() const;
  /// What 99 % of such means lie within, and terms of second order in 1 / width. Theory draws W
  /// anew in every time step; pairs of time steps that share it add terms of the order steps^2 /
  /// width to the whole product.
  [[nodiscard]] double log_tolerance() const;
  /// factor() against the prediction.
  [[nodiscard]] Measurement factor_measurement(const std::string& setting) const;
};

/// What is sent through the networks.
struct Ensemble {
  net::NetworkSettings network;
  net::ProblemShape problem;
  std::size_t seeds = 20;  // 1 .. seeds
  double mean_square = 1;  // of an input
};

/// Mean of ||x||^2: of a sample, of a recurrent network of one time step.
double input_square_norm(const Ensemble& ensemble);

/// Deltas start at the output as N(0, I). Leaves out up to four layers at each end, where the
/// forward pass has not settled.
Decay measure_decay(const Ensemble& ensemble, std::size_t threads);

/// The weight_variance (Init::Scaled) at which theory's chi_1 is the one wanted; between 0.01 and
/// 100. The ensemble's own weight_variance and seeds do not matter.
double variance_for_chi(Ensemble ensemble, double chi_1);

/// chi_1 of a sigmoid network of this width.
double unit_normal_chi(double width);

/// The width at which chi_1 = 1, by theory: 103.
double predicted_critical_width();

/// The same from networks of five widths around it: where a line through ln(mean r), fitted over
/// ln(width), crosses 0.
double measured_critical_width(std::size_t threads);
Measurement critical_width_measurement(double measured);

/// sqrt(mean r) of networks of one width against sqrt(chi_1).
Measurement mean_ratio_measurement(std::size_t width, double expected, const Decay& decay);

}  // namespace plumb::claims
