// Activations and losses on complex numbers, for the complex-step derivative only. Plain loops,
// std::complex, no code shared with the fast path.
#pragma once

#include <complex>
#include <cstddef>
#include <span>

#include "net/settings.hpp"

namespace plumb::net {

/// phi(z). Kinks: `real_output`, the network's own activation of this unit, says on which side the
/// unit is.
std::complex<double> complex_activation(Activation activation, double negative_slope,
                                        std::complex<double> z, double real_output);

/// Loss of one sample with pre-activations z and class `label`.
std::complex<double> complex_loss(Loss loss, std::span<const std::complex<double>> z,
                                  std::size_t label);

}  // namespace plumb::net
