// The variances that each layer of a network starts with.
#pragma once

#include <vector>

#include "net/problem.hpp"
#include "net/settings.hpp"

namespace plumb::theory {

struct PlannedLayer {
  double weight_variance = 0;  // sigma_w^2 = fan_in Var W
  double units = 0;            // that vary independently: channels of a convolution
  double pooling_factor = 1;   // of a gradient's square norm on its way down through the pooling
};

/// Hidden layers, then the output layer (mlp, cnn).
std::vector<PlannedLayer> plan_layers(const net::NetworkSettings& settings,
                                      const net::ProblemShape& problem);

/// sigma_w^2 of a hidden layer between hidden layers (mlp, cnn).
double hidden_weight_variance(const net::NetworkSettings& settings);

/// h_t = phi(W h_{t-1} + U x_t + b), then the output layer.
struct PlannedCell {
  double recurrent_variance = 0;  // sigma_w^2 of W: width Var W
  double input_variance = 0;      // Var U, of one weight
  double output_variance = 0;     // sigma_w^2 of the output layer
};

PlannedCell plan_cell(const net::NetworkSettings& settings, const net::ProblemShape& problem);

/// sigma_b^2.
double bias_variance(const net::NetworkSettings& settings) noexcept;

}  // namespace plumb::theory
