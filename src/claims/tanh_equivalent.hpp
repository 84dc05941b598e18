// The tanh network that computes exactly what a sigmoid network does.
#pragma once

#include <cstdint>
#include <span>

#include "net/parameter_layout.hpp"
#include "net/settings.hpp"

namespace plumb::claims {

/// s(z) = (1 + tanh(z/2)) / 2. Hidden layers: W' = W/4 and b' = b/2 + (column sums of W)/4, since
/// z' = z/2 reads (1 + a')/2; the first layer reads the input: W' = W/2, b' = b/2. The output
/// layer, whose z' = z: W' = W/2, b' = b + (column sums of W)/2. Both blocks have this layout.
void make_tanh_equivalent(const net::ParameterLayout& layout, std::span<const double> sigmoid,
                          std::span<double> tanh);

/// Largest differences, each relative to the largest number of its layer.
struct EquivalenceDifference {
  double activation = 0;
  double delta = 0;            // delta' = 2 delta in hidden layers
  double weight_gradient = 0;  // by the chain rule through the two formulas above
};

/// settings: of the sigmoid network.
EquivalenceDifference compare_with_tanh_equivalent(net::NetworkSettings settings,
                                                   std::size_t inputs, std::uint64_t seed);

}  // namespace plumb::claims
