#include "theory/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "theory/gaussian_moments.hpp"
#include "theory/layer_plan.hpp"
#include "theory/mean_field.hpp"
#include "theory/width_effect.hpp"

namespace plumb::theory {
namespace {

using net::NetworkSettings;
using net::ProblemShape;

ActivationFunction function_of(const NetworkSettings& settings) {
  return {settings.activation, settings.negative_slope};
}

struct Signal {
  Moments phi;
  double passed_on = 0;  // second moment p of one coordinate of what the layer passes on
};

/// The hidden layers. What a layer passes on, phi(z) or with a skip a + phi(z), has mean m and
/// second moment p in each coordinate; a and z are independent.
std::vector<Signal> forward(const NetworkSettings& settings,
                            const std::vector<PlannedLayer>& layers, double input_mean_square) {
  std::vector<Signal> signals;
  double p = input_mean_square;
  double m = 0;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    const double q = layers[l].weight_variance * p + bias_variance(settings);
    const Moments phi = gaussian_moments(function_of(settings), q);
    const bool skips = settings.residual && l > 0;
    p = phi.square + (skips ? p + 2 * m * phi.mean : 0);
    m = phi.mean + (skips ? m : 0);
    signals.push_back({phi, p});
  }
  return signals;
}

/// E ||delta_l||^2 / ||delta_{l+1}||^2. With a skip past layer l+1, delta_l = phi' (g + W delta)
/// with delta = phi'_{l+1} g: the square norm of g grows by 1 + sigma_w^2 mu_1.
double square_ratio(const PlannedLayer& here, const PlannedLayer& above, const Moments& moments,
                    const Moments* skipped) {
  double factor = above.weight_variance;
  if (skipped != nullptr) factor += 1 / skipped->derivative_square;
  return factor * moments.derivative_square * here.pooling_factor;
}

void add_row(Prediction& prediction, double square_ratio, WidthEffect effect) {
  prediction.delta_rms_ratio.push_back(std::sqrt(square_ratio));
  prediction.log_ratio_bias.push_back(effect.bias);
  prediction.log_ratio_variance.push_back(effect.variance);
  prediction.log_own_variance.push_back(effect.own_variance);
  prediction.aligned_share.push_back(0);
}

void add_output_row(Prediction& prediction) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  add_row(prediction, none, {none, none, none});
}

void add_layer_rows(const NetworkSettings& settings, const std::vector<PlannedLayer>& layers,
                    const std::vector<Signal>& signals, Prediction& prediction) {
  const bool orthogonal = settings.init == net::Init::Orthogonal;
  for (std::size_t l = 0; l < signals.size(); ++l) {
    const Moments& phi = signals[l].phi;
    const PlannedLayer& above = layers[l + 1];
    const bool is_skipped = settings.residual && l + 1 < signals.size();
    const Moments* skipped = is_skipped ? &signals[l + 1].phi : nullptr;
    WidthEffect effect = is_skipped
                             ? residual_width_effect(phi, *skipped, above.weight_variance,
                                                     layers[l].units, orthogonal)
                             : plain_width_effect(phi, layers[l].units, above.units, orthogonal);
    if (settings.residual && !is_skipped) effect.own_variance = effect.variance;
    add_row(prediction, square_ratio(layers[l], above, phi, skipped), effect);
  }
  add_output_row(prediction);
}

/// phi(x) = x phi'(x): past a skip, with a' = a + phi(z), a'.g' = a.g if there is no bias. Where
/// signals grow faster upwards than gradients grow downwards, the share (a.g)^2 / (|a| |g|)^2 grows
/// on the way down. At the top g is W delta of the output layer, with `classes` directions of n.
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

constexpr const char* kWideAndIndependent =
    "Infinitely wide layers with independent weights, inputs of equal norm, and gradients "
    "independent of the signals they meet";

Prediction predict_layers(const NetworkSettings& settings, const ProblemShape& problem,
                          double input_square_norm) {
  const std::vector<PlannedLayer> layers = plan_layers(settings, problem);
  const auto inputs = static_cast<double>(std::max<std::size_t>(problem.inputs, 1));
  const std::vector<Signal> signals = forward(settings, layers, input_square_norm / inputs);
  Prediction prediction;
  add_layer_rows(settings, layers, signals, prediction);
  if (settings.residual && is_piecewise_linear(settings.activation)) {
    add_aligned_share(layers, signals, prediction);
  }
  const double variance = hidden_weight_variance(settings);
  if (settings.residual) {
    add_residual_scales(variance, signals, prediction);
  } else {
    add_fixed_point(mean_field(function_of(settings), variance, bias_variance(settings)),
                    prediction);
  }
  prediction.assumptions = kWideAndIndependent;
  if (settings.family == net::Family::Cnn) {
    prediction.assumptions +=
        "; borders of the pictures and what pooling does to the signal are left out, and max "
        "pooling is taken to pick places whose derivative is an average one";
  }
  prediction.assumptions += ".";
  return prediction;
}

Prediction predict_steps(const NetworkSettings& settings, const ProblemShape& problem,
                         double input_square_norm) {
  const PlannedCell cell = plan_cell(settings, problem);
  const ActivationFunction function = function_of(settings);
  const double fed = cell.input_variance * input_square_norm + bias_variance(settings);
  const auto units = static_cast<double>(settings.width);
  Prediction prediction;
  double state_square = 0;  // h_0 = 0
  for (std::size_t t = 1; t <= settings.depth; ++t) {
    const Moments moments =
        gaussian_moments(function, cell.recurrent_variance * state_square + fed);
    const double variance = t == settings.depth ? cell.output_variance : cell.recurrent_variance;
    add_row(prediction, variance * moments.derivative_square,
            plain_width_effect(moments, units, units, false));
    state_square = moments.square;
  }
  add_output_row(prediction);
  add_fixed_point(mean_field(function, cell.recurrent_variance, fed), prediction);
  prediction.assumptions = std::string(kWideAndIndependent) +
                           "; the recurrent weights are taken as drawn anew in every time step, "
                           "and the inputs of all time steps as equally large.";
  return prediction;
}

}  // namespace

Prediction predict(const NetworkSettings& settings, const ProblemShape& problem,
                   double input_square_norm) {
  return settings.family == net::Family::Rnn ? predict_steps(settings, problem, input_square_norm)
                                             : predict_layers(settings, problem, input_square_norm);
}

}  // namespace plumb::theory
