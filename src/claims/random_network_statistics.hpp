// What happens to signals and gradients in random networks: of one unit a layer, with ReLU and He's
// weights, and in float32 far below the output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "net/settings.hpp"

namespace plumb::claims {

/// delta_l / delta_L of a sigmoid chain without biases, l = 1 .. L: the product of w_{k+1} s'(z_k)
/// over k = l .. L-1, with z_1 = first_z and z_{k+1} = w_{k+1} s(z_k).
/// weights: w_2 .. w_L.
std::vector<double> chain_products(double first_z, std::span<const double> weights);

/// P(the last of `depth` hidden layers of `width` units is all zero) for one input
/// = 1 - (1 - 2^-width)^depth, exactly (Lu et al. 2019).
double dead_probability(std::size_t width, std::size_t depth);

/// Share of seeds 1 .. seeds whose network's last hidden layer is all zero.
double dead_share(std::size_t width, std::size_t depth, std::size_t seeds, std::size_t threads);

/// ln(||h_L||^2 / ||h_0||^2) of seeds 1 .. seeds, h_0 the input, h_L the last hidden layer.
std::vector<double> log_norm_changes(std::size_t width, std::size_t depth, std::size_t seeds,
                                     std::size_t threads);

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
