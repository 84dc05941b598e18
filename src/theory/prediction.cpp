#include "theory/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "theory/gaussian_moments.hpp"
#include "theory/layer_rows.hpp"
#include "theory/mean_field.hpp"
#include "theory/signals.hpp"

namespace plumb::theory {
namespace {

using net::NetworkSettings;
using net::ProblemShape;

ActivationFunction function_of(const NetworkSettings& settings) {
  return {settings.activation, settings.negative_slope};
}

/// Unbounded functions have phi(x) = x phi'(x), or nearly so for large x: past a skip, with a' = a
/// + phi(z), a'.g' = a.g if there is no bias. Where signals grow faster upwards than gradients grow
/// downwards, the share (a.g)^2 / (|a| |g|)^2 grows on the way down. At the top g is W delta of the
/// output layer, with `classes` directions of n.
void add_aligned_share(const std::vector<PlannedLayer>& layers, const std::vector<Signal>& signals,
                       Prediction& prediction) {
  double share = signals.empty() ? 0 : layers.back().units / layers[signals.size() - 1].units;
  for (std::size_t l = signals.size(); l-- > 0;) {
    prediction.aligned_share[l] = std::min(1.0, share);
    if (l == 0) break;
    const double growth = signals[l].passed_on / signals[l - 1].passed_on;
    share *= growth / (1 + layers[l].weight_variance * signals[l].phi.derivative_square);
  }
}

void add_fixed_point(const MeanField& field, Prediction& prediction) {
  prediction.q_star = field.q_star;
  prediction.chi_1 = field.chi_1;
  prediction.xi_q = field.xi_q;
  prediction.xi_c = field.xi_c;
}

void add_residual_scales(double weight_variance, const std::vector<Signal>& signals,
                         Prediction& prediction) {
  const double last = signals.empty() ? 0 : signals.back().phi.derivative_square;
  prediction.chi_1 = 1 + weight_variance * last;
  prediction.xi_q = prediction.xi_c = depth_scale(prediction.chi_1);
}

constexpr const char* kWide =
    "Infinitely wide layers with independent weights, gradients independent of the signals they "
    "meet, and ";

std::string assumptions_of_layers(net::WeightSharing sharing) {
  std::string text = std::string(kWide) + "samples that differ in their inputs' norm alone";
  if (sharing == net::WeightSharing::Positions) {
    text +=
        "; borders of the images and what pooling does to the signal are left out, and max "
        "pooling is taken to pick places whose derivative is an average one";
  }
  return text + ".";
}

/// Of one number of the input. One zero for no samples.
std::vector<double> mean_squares(std::span<const double> square_norms, std::size_t inputs) {
  std::vector<double> result;
  const auto numbers = static_cast<double>(std::max<std::size_t>(inputs, 1));
  for (const double norm : square_norms) result.push_back(norm / numbers);
  if (result.empty()) result.push_back(0);
  return result;
}

bool are_equal(double a, double b) {
  constexpr double kRoundings = 1e-12;  // of fan_in * (variance / fan_in)
  return std::abs(a - b) <= kRoundings * std::max(a, b);
}

/// Of the layers between two hidden ones; nothing where different widths make them differ, so that
/// there is no fixed point.
std::optional<double> inner_weight_variance(const NetworkSettings& settings,
                                            const std::vector<PlannedLayer>& layers) {
  if (!settings.is_tapered()) return hidden_weight_variance(settings);
  const double first = layers[1].weight_variance;
  for (std::size_t l = 2; l + 1 < layers.size(); ++l) {
    if (!are_equal(layers[l].weight_variance, first)) return std::nullopt;
  }
  return first;
}

void add_no_fixed_point(Prediction& prediction) {
  prediction.chi_1 = prediction.xi_q = prediction.xi_c = std::numeric_limits<double>::quiet_NaN();
}

Prediction predict_layers(const NetworkSettings& settings, const ProblemShape& problem,
                          const std::vector<PlannedLayer>& layers,
                          std::span<const double> square_norms) {
  Prediction prediction;
  const std::vector<Signal> signals =
      add_layer_rows(settings, layers, mean_squares(square_norms, problem.inputs), prediction);
  if (has_skips(settings) && !math::traits_of(settings.activation).is_bounded) {
    add_aligned_share(layers, signals, prediction);
  }
  const std::optional<double> variance = inner_weight_variance(settings, layers);
  if (!variance) {
    add_no_fixed_point(prediction);
  } else if (has_skips(settings)) {
    add_residual_scales(*variance, signals, prediction);
  } else {
    add_fixed_point(mean_field(function_of(settings), *variance, bias_variance(settings)),
                    prediction);
  }
  prediction.assumptions = assumptions_of_layers(layers.front().sharing);
  return prediction;
}

Prediction predict_steps(const NetworkSettings& settings, const std::vector<PlannedLayer>& layers,
                         double input_square_norm) {
  const PlannedLayer& step = layers.front();
  const ActivationFunction function = function_of(settings);
  const double fed = step.input_variance * input_square_norm + bias_variance(settings);
  Prediction prediction;
  make_rows(prediction, settings.depth + 1);
  double state_square = 0;  // h_0 = 0
  for (std::size_t t = 0; t < settings.depth; ++t) {
    const Moments moments = gaussian_moments(function, step.weight_variance * state_square + fed);
    const bool last = t + 1 == settings.depth;
    const double variance = last ? layers.back().weight_variance : step.weight_variance;
    set_row(prediction, t, variance * moments.derivative_square,
            plain_width_effect(moments, step.units, step.units, false));
    state_square = moments.square;
  }
  add_fixed_point(mean_field(function, step.weight_variance, fed), prediction);
  prediction.assumptions = std::string(kWide) +
                           "inputs of equal norm; the recurrent weights are taken as drawn anew in "
                           "every time step, and the inputs of all time steps as equally large.";
  return prediction;
}

double mean(std::span<const double> values) {
  const auto count = static_cast<double>(std::max<std::size_t>(values.size(), 1));
  return std::accumulate(values.begin(), values.end(), 0.0) / count;
}

}  // namespace

Prediction predict(const NetworkSettings& settings, const ProblemShape& problem,
                   std::span<const double> input_square_norms) {
  const std::vector<PlannedLayer> layers = net::mean_field_factors(settings, problem);
  return layers.front().sharing == net::WeightSharing::Time
             ? predict_steps(settings, layers, mean(input_square_norms))
             : predict_layers(settings, problem, layers, input_square_norms);
}

Prediction predict(const NetworkSettings& settings, const ProblemShape& problem,
                   double input_square_norm) {
  return predict(settings, problem, std::span<const double>(&input_square_norm, 1));
}

}  // namespace plumb::theory
