// The rows of a prediction for networks whose layers have weights of their own (mlp, cnn).
#pragma once

#include <span>
#include <vector>

#include "net/settings.hpp"
#include "theory/layer_plan.hpp"
#include "theory/prediction.hpp"
#include "theory/signals.hpp"
#include "theory/width_effect.hpp"

namespace plumb::theory {

/// Room for L rows that say nothing yet: the output layer's stays so.
void make_rows(Prediction& prediction, std::size_t count);

/// square_ratio: E ||delta_l||^2 / ||delta_{l+1}||^2.
void set_row(Prediction& prediction, std::size_t l, double square_ratio, WidthEffect effect);

/// Whether there is a skip: it needs a hidden layer below it.
bool has_skips(const net::NetworkSettings& settings) noexcept;

/// All rows, for a batch of samples with inputs of these square norms per number. Returns the
/// signals of one of its groups.
std::vector<Signal> add_layer_rows(const net::NetworkSettings& settings,
                                   const std::vector<PlannedLayer>& layers,
                                   std::span<const double> mean_squares, Prediction& prediction);

}  // namespace plumb::theory
