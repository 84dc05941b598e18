// The variances that each layer of a network starts with, as the layers say themselves.
#pragma once

#include <vector>

#include "net/families/family.hpp"
#include "net/settings.hpp"

namespace plumb::theory {

/// A hidden layer or time step, or the output layer, which is the last.
using PlannedLayer = net::MeanFieldFactor;

/// sigma_w^2 of a layer between hidden layers, or of the recurrent weights.
double hidden_weight_variance(const net::NetworkSettings& settings);

/// sigma_b^2.
double bias_variance(const net::NetworkSettings& settings);

}  // namespace plumb::theory
