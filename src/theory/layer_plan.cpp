#include "theory/layer_plan.hpp"

#include <algorithm>

#include "net/cnn_shape.hpp"
#include "net/initializers.hpp"
#include "net/parameter_layout.hpp"

namespace plumb::theory {
namespace {

using net::Init;
using net::LayerShape;
using net::NetworkSettings;
using net::ProblemShape;

PlannedLayer dense(const NetworkSettings& settings, std::size_t fan_in, std::size_t fan_out) {
  const LayerShape shape{fan_in, fan_out};
  return {static_cast<double>(fan_in) * net::weight_variance(settings, shape),
          static_cast<double>(fan_out), 1};
}

std::vector<PlannedLayer> plan_mlp(const NetworkSettings& settings, const ProblemShape& problem) {
  std::vector<PlannedLayer> layers;
  for (const LayerShape& shape : net::mlp_shapes(settings, problem.inputs, problem.classes)) {
    layers.push_back(dense(settings, shape.fan_in, shape.fan_out));
  }
  return layers;
}

/// Every weight of a convolution ends in kernel^2 places of a channel. An orthogonal matrix does
/// not ask for that.
PlannedLayer convolution(const NetworkSettings& settings, std::size_t channels) {
  const std::size_t field = settings.kernel * settings.kernel;
  const std::size_t places = settings.init == Init::Orthogonal ? 1 : field;
  PlannedLayer layer = dense(settings, field * channels, settings.width * places);
  layer.units = static_cast<double>(settings.width);
  return layer;
}

double pooling_factor(net::Pooling pooling) noexcept {
  return pooling == net::Pooling::Average ? 0.25 : 1;  // four places get a quarter each
}

std::vector<PlannedLayer> plan_cnn(const NetworkSettings& settings, const ProblemShape& problem) {
  std::vector<PlannedLayer> layers;
  std::size_t passed_on = 0;
  for (const net::ConvolutionShape& shape : net::convolution_shapes(settings, problem)) {
    layers.push_back(convolution(settings, shape.input.channels));
    if (shape.pooled) layers.back().pooling_factor = pooling_factor(settings.pooling);
    passed_on = shape.next().size();
  }
  layers.push_back(dense(settings, passed_on, problem.classes));
  return layers;
}

}  // namespace

std::vector<PlannedLayer> plan_layers(const NetworkSettings& settings,
                                      const ProblemShape& problem) {
  return settings.family == net::Family::Cnn ? plan_cnn(settings, problem)
                                             : plan_mlp(settings, problem);
}

double hidden_weight_variance(const NetworkSettings& settings) {
  const bool is_cnn = settings.family == net::Family::Cnn;
  return (is_cnn ? convolution(settings, settings.width)
                 : dense(settings, settings.width, settings.width))
      .weight_variance;
}

PlannedCell plan_cell(const NetworkSettings& settings, const ProblemShape& problem) {
  const std::size_t width = settings.width;
  const double gain = settings.recurrent_gain;
  const bool is_isometry = settings.init == Init::Orthogonal || settings.init == Init::Identity;
  const double variance = is_isometry ? 1 : dense(settings, width, width).weight_variance;
  const std::size_t step_inputs = problem.inputs / std::max<std::size_t>(settings.depth, 1);
  return {gain * gain * variance, net::weight_variance(settings, {step_inputs, width}),
          dense(settings, width, problem.classes).weight_variance};
}

double bias_variance(const NetworkSettings& settings) noexcept {
  return settings.init == Init::Scaled ? settings.bias_variance : 0;
}

}  // namespace plumb::theory
