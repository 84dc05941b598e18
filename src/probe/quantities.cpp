#include "probe/quantities.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::probe {

LayerRow layer_row(const train::LayerSums& sums, const net::LayerShape& shape, std::size_t samples,
                   double pivot) {
  const auto weights = static_cast<double>(shape.weights());
  const auto units = static_cast<double>(shape.fan_out);
  const auto batch = static_cast<double>(samples);
  const math::UpdateSums& update = sums.update;
  LayerRow row;
  row.delta_rms = sums.delta.scaled_norm(1 / batch);
  // In a fully connected layer d mean loss / db is the mean over samples of delta itself.
  row.delta_mean_norm = sums.bias_gradient.norm();
  row.bias_gradient_norm = sums.bias_gradient.norm();
  row.weight_gradient_norm = update.gradient.norm();
  row.weight_gradient_max = update.gradient_max;
  row.weight_norm = update.weight_before.norm();
  const double change = update.change.norm();
  row.update_ratio = change == 0 ? 0 : change / row.weight_norm;
  row.unchanged_fraction = static_cast<double>(update.unchanged) / weights;
  row.zero_fraction = static_cast<double>(update.zero) / weights;
  row.nonfinite_count = update.nonfinite;

  const double entries = batch * units;
  const double mean_deviation = sums.activation.deviation / entries;
  const double variance =
      sums.activation.deviation_squared / entries - mean_deviation * mean_deviation;
  row.activation_mean = pivot + mean_deviation;
  // Rounding can leave a tiny negative variance of constant activations; NaN stays NaN.
  row.activation_std = variance < 0 ? 0 : std::sqrt(variance);
  row.saturated_fraction = static_cast<double>(sums.activation.saturated) / entries;
  row.dead_fraction = 1 - static_cast<double>(sums.alive_units) / units;
  return row;
}

}  // namespace plumb::probe
