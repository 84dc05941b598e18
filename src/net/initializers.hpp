// Starting values of weights and biases.
#pragma once

#include <cstdint>
#include <span>

#include "net/parameter_layout.hpp"
#include "net/settings.hpp"

namespace plumb::net {

/// Var W of an initialiser for a layer, where it is defined by a variance:
///   glorot       2 / (fan_in + fan_out), uniform                (Glorot and Bengio 2010, eq. 16)
///   he           2 / ((1 + a^2) fan_in), normal; a is the slope of leaky_relu, else 0
///                                                               (He et al. 2015, eq. 15)
///   lecun        1 / fan_in, normal                             (LeCun et al. 1998)
///   scaled       weight_variance / fan_in, normal; biases N(0, bias_variance)
///   unit_normal  1, normal
///   unit_uniform 1/3, uniform on [-1, 1]
///   orthogonal   orthonormal columns or rows                    (Saxe et al. 2014)
///   identity     1 / fan_in, normal, for all but the recurrent matrix, which is the identity
///                                                               (Le et al. 2015)
/// The units a weight of a convolution ends in count receptive_field times towards fan_out.
/// In a recurrent cell W and U are layers of their own, and W is multiplied by recurrent_gain.
/// Biases are 0 except for `scaled`.
double weight_variance(const NetworkSettings& settings, const LayerShape& shape);

/// Fills `block` (layout.block_size()). Numbers are keyed by (seed, layer, row) and drawn in
/// double, so they do not depend on who draws them, nor (up to rounding) on T.
template <class T>
void initialise(const NetworkSettings& settings, const ParameterLayout& layout, std::uint64_t seed,
                std::span<T> block);

}  // namespace plumb::net
