// Sigmoid networks with N(0,1) weights: sigma_w^2 is the width, so the gradient shrinks in narrow
// networks and grows in wide ones.
#pragma once

#include <cstddef>

#include "claims/decay.hpp"
#include "claims/measurement.hpp"

namespace plumb::claims {

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
