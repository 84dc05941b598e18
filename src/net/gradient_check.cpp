#include "net/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "net/tangent_pass.hpp"

namespace plumb::net {
namespace {

using core::AlignedBuffer;
using core::MatrixView;

constexpr std::size_t kWeightsPerLayer = 2;
constexpr std::size_t kChecksPerLayer = kWeightsPerLayer + 1;
// Multiply-adds of one sample's check; about a second of double products on one core.
constexpr double kWorkLimit = 5e9;

using Tangents = std::vector<std::unique_ptr<LayerTangent>>;  // of each group

/// Multiply-adds of one sample's check when these groups' parameters are varied.
double work_of(const Network<double>& network, const Tangents& tangents,
               const std::vector<bool>& varied) {
  double work = 0;
  std::vector<bool> met(varied.size(), false);
  double rows = 1;  // the real one
  for (std::size_t stage = 0; stage < network.stages().size(); ++stage) {
    const std::size_t group = network.stages()[stage].group;
    if (varied[group] && !met[group]) rows += static_cast<double>(kChecksPerLayer);
    met[group] = true;
    work += rows * tangents[group]->cost();
  }
  return work;
}

/// As many groups as the budget allows, spread evenly; the output layer always. When even the first
/// alone costs too much, the lowest are left out.
std::vector<bool> choose_groups(const Network<double>& network, const Tangents& tangents) {
  const std::size_t groups = network.groups();
  std::vector<bool> varied(groups);
  for (std::size_t stride = 1; stride <= groups; ++stride) {
    for (std::size_t g = 0; g < groups; ++g) varied[g] = g % stride == 0 || g + 1 == groups;
    if (work_of(network, tangents, varied) <= kWorkLimit) return varied;
  }
  for (std::size_t lowest = 1; lowest < groups; ++lowest) {
    varied.assign(groups, false);
    varied[lowest] = varied[groups - 1] = true;
    if (work_of(network, tangents, varied) <= kWorkLimit) break;
  }
  return varied;
}

std::vector<VariedParameter> choose_parameters(const ParameterLayout& layout,
                                               const std::vector<bool>& varied_groups,
                                               std::uint64_t seed) {
  std::vector<VariedParameter> chosen;
  for (std::size_t group = 0; group < layout.layers(); ++group) {
    if (!varied_groups[group]) continue;
    core::RandomStream random(seed, core::Purpose::GradientCheck, group);
    const LayerShape& shape = layout.shape(group);
    for (std::size_t k = 0; k < kChecksPerLayer; ++k) {
      const std::size_t row = random.below(static_cast<std::uint32_t>(shape.fan_in));
      const std::size_t col = random.below(static_cast<std::uint32_t>(shape.fan_out));
      chosen.push_back({group, k < kWeightsPerLayer ? row : shape.fan_in, col});
    }
  }
  return chosen;
}

void run_network(const Network<double>& network, std::span<const double> parameters,
                 Slice<double>& slice, std::span<double> gradient) {
  BackwardOptions<double> options;
  options.scale = 1.0 / static_cast<double>(slice.samples());
  Workspace<double> workspace;
  for (std::size_t g = 0; g < network.groups(); ++g) {
    network.forward(g, parameters, slice, workspace, {});
  }
  network.evaluate_loss(slice);
  const ParameterLayout& layout = network.layout();
  for (std::size_t g = network.groups(); g-- > 0;) {
    network.backward(g, parameters, options, slice, workspace, {layout.group(gradient, g), {}});
  }
}

// Some layer's gradient, or the loss itself, may be beyond double for weights of large variance. A
// sum over samples and places of input times delta is at most the product of their norms (Cauchy
// and Schwarz): where that is finite, so is a right gradient.
bool overflows(Slice<double>& slice) {
  bool finite = std::isfinite(slice.loss_sums.loss);
  for (std::size_t stage = 0; stage < slice.stage_sums.size(); ++stage) {
    const std::span<const double> values = slice.layer_input(stage).span();
    const double input = math::square_sum(values).norm();
    finite = finite && std::isfinite(input * slice.stage_sums[stage].delta.norm());
  }
  return !finite;
}

double root_mean_square(std::span<const double> values) {
  return math::square_sum(values).scaled_norm(1.0 / static_cast<double>(values.size()));
}

double relative_error(const ParameterLayout& layout, std::span<const double> gradient,
                      const VariedParameter& probe, double numerical) {
  const bool is_bias = probe.row == layout.shape(probe.group).fan_in;
  const auto weights = layout.weights(gradient, probe.group);
  const auto bias = layout.bias(gradient, probe.group);
  const double analytic = is_bias ? bias[probe.col] : weights(probe.row, probe.col);
  const double typical = root_mean_square(is_bias ? bias : weights.span());
  const double error = std::abs(analytic - numerical);
  // Below the smallest normal double both sides have lost digits; they only have to agree there.
  if (error < 0x1p-1000) return 0;
  return error / std::max(std::abs(numerical), typical);
}

}  // namespace

std::size_t gradient_check_bytes(const Network<double>& network, std::size_t samples) {
  return network.layout().block_size() * sizeof(double) + network.slice_bytes(samples) +
         network.workspace_bytes(samples, false);
}

GradientCheckResult check_gradients(const NetworkSettings& settings, Loss loss,
                                    const Network<double>& network,
                                    std::span<const double> parameters, MatrixView<const float> x,
                                    std::span<const double> targets, std::uint64_t seed) {
  const ParameterLayout& layout = network.layout();
  Slice<double> slice = network.make_slice(x.rows);
  std::copy_n(x.data, x.size(), slice.input().data);
  std::copy(targets.begin(), targets.end(), slice.targets().begin());
  AlignedBuffer<double> gradient(layout.block_size());
  run_network(network, parameters, slice, gradient.span());
  GradientCheckResult result;
  result.layers = layout.layers();
  if (overflows(slice)) return result;

  const auto varied =
      choose_parameters(layout, choose_groups(network, make_tangents(network, parameters)), seed);
  std::vector<double> derivatives(varied.size(), 0.0);
  TangentPass tangents(settings, loss, network, parameters, varied);
  for (std::size_t s = 0; s < x.rows; ++s) tangents.add_sample(slice, s, derivatives);

  result.checked = true;
  result.parameters_checked = varied.size();
  result.layers_checked = varied.size() / kChecksPerLayer;
  result.passed = true;
  for (std::size_t p = 0; p < varied.size(); ++p) {
    const double numerical = derivatives[p] / static_cast<double>(x.rows);
    const double error = relative_error(layout, gradient.span(), varied[p], numerical);
    if (error > result.worst_error || std::isnan(error)) {
      result.worst_error = error;
      result.worst_layer = varied[p].group + 1;
    }
    result.passed = result.passed && error <= kGradientCheckTolerance;  // false for NaN
  }
  return result;
}

}  // namespace plumb::net
