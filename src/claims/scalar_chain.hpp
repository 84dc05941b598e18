// A network of one unit per layer: its gradient is a product of numbers, with nothing to add up.
#pragma once

#include <span>
#include <vector>

namespace plumb::claims {

/// delta_l / delta_L of a sigmoid chain without biases, l = 1 .. L: the product of w_{k+1} s'(z_k)
/// over k = l .. L-1, with z_1 = first_z and z_{k+1} = w_{k+1} s(z_k).
/// weights: w_2 .. w_L.
std::vector<double> chain_products(double first_z, std::span<const double> weights);

}  // namespace plumb::claims
