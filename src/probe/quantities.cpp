#include "probe/quantities.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::probe {
namespace {

void fill_gradient(const history::LayerSums& sums, const net::LayerShape& shape,
                   const StepScale& scale, history::LayerRow& row) {
  const auto weights = static_cast<double>(shape.weights());
  const core::UpdateSums& update = sums.update;
  row.delta_rms = delta_rms(sums, scale);
  row.delta_mean_norm = sums.mean_delta.norm();
  row.bias_gradient_norm = sums.bias_gradient.norm();
  row.weight_gradient_norm = update.gradient.norm();
  row.weight_gradient_max = update.gradient_max;
  row.weight_norm = update.weight_before.norm();
  const double change = update.change.norm();
  row.update_ratio = change == 0 ? 0 : change / row.weight_norm;
  row.unchanged_fraction = static_cast<double>(update.unchanged) / weights;
  row.zero_fraction = static_cast<double>(update.zero) / weights;
  row.nonfinite_count = update.nonfinite;
}

void fill_activation(const history::LayerSums& sums, const net::Stage& stage,
                     const StepScale& scale, double pivot, history::LayerRow& row) {
  const double entries = static_cast<double>(scale.samples) * static_cast<double>(stage.entries());
  const double mean_deviation = sums.activation.deviation / entries;
  const double variance =
      sums.activation.deviation_squared / entries - mean_deviation * mean_deviation;
  row.activation_mean = pivot + mean_deviation;
  // Rounding can leave a tiny negative variance of constant activations; NaN stays NaN.
  row.activation_std = variance < 0 ? 0 : std::sqrt(variance);
  row.saturated_fraction = static_cast<double>(sums.activation.saturated) / entries;
  row.dead_fraction = 1 - static_cast<double>(sums.alive_units) / static_cast<double>(stage.units);
}

}  // namespace

double delta_rms(const history::LayerSums& sums, const StepScale& scale) {
  return sums.delta.scaled_norm(1 / static_cast<double>(scale.samples)) / scale.loss_scale;
}

history::LayerRow layer_row(const history::LayerSums& sums, const net::Stage& stage,
                            const net::LayerShape& shape, const StepScale& scale, double pivot) {
  history::LayerRow row;
  fill_gradient(sums, shape, scale, row);
  fill_activation(sums, stage, scale, pivot, row);
  return row;
}

}  // namespace plumb::probe
