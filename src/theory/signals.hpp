// The variances that each layer of a network starts with, as the layers say themselves, and what
// passes upwards through one network, for inputs of different size.
#pragma once

#include <span>
#include <vector>

#include "net/families/family.hpp"
#include "net/settings.hpp"
#include "theory/gaussian_moments.hpp"

namespace plumb::theory {

/// A hidden layer or time step, or the output layer, which is the last.
using PlannedLayer = net::MeanFieldFactor;

/// sigma_w^2 of a layer between hidden layers, or of the recurrent weights.
double hidden_weight_variance(const net::NetworkSettings& settings);

/// sigma_b^2.
double bias_variance(const net::NetworkSettings& settings);

/// Samples whose inputs have about the same square norm.
struct NormGroup {
  double square_norm = 0;  // their mean
  double samples = 0;
};

/// Groups of equal width in ln ||x||^2, at most 1/8 of it or 1/64 of its range, smallest norm
/// first; samples that are zero have a group of their own. Not empty; a single group where `same`.
std::vector<NormGroup> group_norms(std::span<const double> square_norms, bool same);

/// One hidden layer of one group.
struct Signal {
  double q = 0;  // variance of z
  Moments phi;
  double passed_on = 0;  // second moment p of one coordinate of what the layer passes on
};

/// The hidden layers. What a layer passes on, phi(z) or with a skip a + phi(z), has mean m and
/// second moment p in each coordinate; a and z are independent. Layers whose q is that of the layer
/// in `neighbour` (same size, or empty) take its averages.
std::vector<Signal> forward(const net::NetworkSettings& settings,
                            const std::vector<PlannedLayer>& layers, double input_mean_square,
                            const std::vector<Signal>& neighbour);

/// Entry l: what the scatter of q in a plain network of finite width adds to the variance of
/// ln(||delta_l||^2 / ||delta_L||^2), first order in 1 / units; derived in docs/theory.md.
std::vector<double> forward_variance(const std::vector<Signal>& signals,
                                     const std::vector<PlannedLayer>& layers);

}  // namespace plumb::theory
