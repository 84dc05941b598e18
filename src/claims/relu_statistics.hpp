// What happens to a signal in random ReLU networks with He's weights and no biases.
#pragma once

#include <cstddef>
#include <vector>

namespace plumb::claims {

/// P(the last of `depth` hidden layers of `width` units is all zero) for one input
/// = 1 - (1 - 2^-width)^depth, exactly (Lu et al. 2019).
double dead_probability(std::size_t width, std::size_t depth);

/// Share of seeds 1 .. seeds whose network's last hidden layer is all zero.
double dead_share(std::size_t width, std::size_t depth, std::size_t seeds, std::size_t threads);

/// ln(||h_L||^2 / ||h_0||^2) of seeds 1 .. seeds, h_0 the input, h_L the last hidden layer.
std::vector<double> log_norm_changes(std::size_t width, std::size_t depth, std::size_t seeds,
                                     std::size_t threads);

}  // namespace plumb::claims
