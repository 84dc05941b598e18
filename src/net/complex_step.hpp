// Activations and losses on complex numbers, for the complex-step derivative only. Plain loops,
// std::complex, no code shared with the fast path.
#pragma once

#include <complex>
#include <cstddef>
#include <span>

#include "net/settings.hpp"

namespace plumb::net {

/// phi(z). Kinks: `upper_side` says where the network itself saw this unit, above zero or not.
std::complex<double> complex_activation(math::Activation activation, double negative_slope,
                                        std::complex<double> z, bool upper_side);

/// Loss of one sample with pre-activations z; target as in evaluate_loss.
std::complex<double> complex_loss(Loss loss, std::span<const std::complex<double>> z,
                                  double target);

}  // namespace plumb::net
