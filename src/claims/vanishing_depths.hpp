// How many layers below the output a float32 gradient is lost, and to whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/settings.hpp"

namespace plumb::claims {

/// Counted in layers below the output layer; 0: nowhere in this network.
struct VanishingDepth {
  std::size_t naive_norm_zero = 0;  // first layer whose sum of squares, added up in float, is 0
  std::size_t delta_zero = 0;       // first layer all of whose deltas are exactly 0
};

/// One sample through a random float32 network of `inputs` inputs and ten classes.
VanishingDepth vanishing_depth(const net::NetworkSettings& settings, std::size_t inputs,
                               std::uint64_t seed);

/// Of seeds 1 .. seeds.
std::vector<VanishingDepth> vanishing_depths(const net::NetworkSettings& settings,
                                             std::size_t inputs, std::size_t seeds,
                                             std::size_t threads);

}  // namespace plumb::claims
