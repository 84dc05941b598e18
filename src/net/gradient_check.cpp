#include "net/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "math/activations/activation_traits.hpp"
#include "net/dual_loss.hpp"
#include "net/tangents.hpp"

namespace plumb::net {
namespace {

using core::AlignedBuffer;
using core::MatrixView;

constexpr std::size_t kWeightsPerLayer = 2;
constexpr std::size_t kChecksPerLayer = kWeightsPerLayer + 1;
// Multiply-adds of one sample's check; about a second of double products on one core.
constexpr double kWorkLimit = 5e9;

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
    work += rows * tangents.cost(stage);
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

/// Carries one row of tangents for each varied parameter through the network, sample by sample.
class ForwardMode {
 public:
  ForwardMode(const NetworkSettings& settings, Loss loss, const Network<double>& network,
              const Tangents& tangents, const std::vector<VariedParameter>& varied)
      : settings_(settings),
        loss_(loss),
        network_(network),
        tangents_(tangents),
        varied_(varied),
        exponents_(varied.size()) {
    std::size_t largest = 0;
    for (const Stage& stage : network.stages()) largest = std::max(largest, stage.entries());
    below_ = AlignedBuffer<double>(varied.size() * largest);
    here_ = AlignedBuffer<double>(varied.size() * largest);
  }

  /// Adds d loss(sample) / d parameter of every varied one to `derivatives`.
  void add_sample(Slice<double>& slice, std::size_t sample, std::span<double> derivatives) {
    std::fill(exponents_.begin(), exponents_.end(), 0);
    std::size_t active = 0;  // parameters met so far; they are sorted by group
    std::size_t entries_below = 0;
    for (std::size_t stage = 0; stage < network_.stages().size(); ++stage) {
      const std::size_t entries = network_.stages()[stage].entries();
      if (active > 0) {
        tangents_.through(stage, {below_.data(), active, entries_below},
                          {here_.data(), active, entries});
      }
      active = seed(stage, active, entries_below, slice, sample);
      std::vector<double> real(entries);
      tangents_.real_z(stage, slice, sample, real);
      if (stage + 1 == network_.stages().size()) {
        return finish(real, slice.targets()[sample], derivatives);
      }
      entries_below = activate(stage, real, {below_.data(), active, entries_below}, slice, sample);
    }
  }

 private:
  std::span<double> row(std::size_t parameter, std::size_t entries) {
    return {here_.data() + parameter * entries, entries};
  }

  /// Parameters of this stage's group join in, those it meets first with nothing below them.
  std::size_t seed(std::size_t stage, std::size_t active, std::size_t entries_below,
                   Slice<double>& slice, std::size_t sample) {
    const Stage& info = network_.stages()[stage];
    for (std::size_t p = 0; p < varied_.size() && varied_[p].group <= info.group; ++p) {
      const std::span<double> tangent = row(p, info.entries());
      if (p >= active) {
        std::fill(tangent.begin(), tangent.end(), 0.0);
        std::fill_n(below_.data() + p * entries_below, entries_below, 0.0);
        active = p + 1;
      }
      if (varied_[p].group != info.group) continue;
      add_seed(stage, p, slice, sample, tangent);
    }
    return active;
  }

  // A row that has decayed since its last seed was scaled up to about 1. Were the new seed scaled
  // like it, it might overflow: the old part goes down instead, to where beside the new one it may
  // well underflow.
  void add_seed(std::size_t stage, std::size_t p, Slice<double>& slice, std::size_t sample,
                std::span<double> tangent) {
    std::vector<double> fresh(tangent.size(), 0.0);
    tangents_.seed(stage, varied_[p], 1.0, slice, sample, fresh);
    const bool any = std::any_of(fresh.begin(), fresh.end(), [](double t) { return t != 0; });
    if (!any) return;
    if (exponents_[p] < 0) {
      for (double& t : tangent) t = std::ldexp(t, exponents_[p]);
      exponents_[p] = 0;
    }
    for (std::size_t j = 0; j < fresh.size(); ++j) {
      tangent[j] += std::ldexp(fresh[j], -exponents_[p]);
    }
  }

  /// Tangents of z to those of what the stage above sees, into below_; how many a row.
  std::size_t activate(std::size_t stage, const std::vector<double>& real,
                       MatrixView<const double> below, Slice<double>& slice, std::size_t sample) {
    const std::size_t entries = real.size();
    const std::span<const double> slopes =
        slice.derivative(stage).span().subspan(sample * entries, entries);
    const math::ActivationTraits& traits = math::traits_of(settings_.activation);
    std::size_t handed_on = 0;
    std::vector<double> all;
    for (std::size_t p = 0; p < below.rows; ++p) {
      const std::span<double> tangent = row(p, entries);
      for (std::size_t j = 0; j < entries; ++j) {
        if (tangent[j] == 0) continue;
        tangent[j] =
            traits.dual({real[j], tangent[j]}, settings_.negative_slope, slopes[j]).tangent;
      }
      const auto next = tangents_.hand_on(stage, below.row(p), slice, sample, tangent);
      rescale(p, next);
      handed_on = next.size();
      all.insert(all.end(), next.begin(), next.end());
    }
    std::copy(all.begin(), all.end(), below_.data());
    return handed_on;
  }

  // Tangents grow or shrink by orders of magnitude a stage. So that they neither overflow nor
  // underflow, each row is brought back to about 1 by an exact power of two.
  void rescale(std::size_t parameter, std::span<double> tangent) {
    double largest = 0;
    for (const double t : tangent) largest = std::max(largest, std::abs(t));
    if (largest == 0 || !std::isfinite(largest)) return;
    const int shift = -std::ilogb(largest);
    for (double& t : tangent) t = std::ldexp(t, shift);
    exponents_[parameter] -= shift;
  }

  void finish(const std::vector<double>& real, double target, std::span<double> derivatives) {
    std::vector<math::Dual> z(real.size());
    for (std::size_t p = 0; p < varied_.size(); ++p) {
      const std::span<const double> tangent = row(p, real.size());
      for (std::size_t k = 0; k < z.size(); ++k) z[k] = {real[k], tangent[k]};
      derivatives[p] += std::ldexp(dual_loss(loss_, z, target).tangent, exponents_[p]);
    }
  }

  const NetworkSettings& settings_;
  Loss loss_;
  const Network<double>& network_;
  const Tangents& tangents_;
  const std::vector<VariedParameter>& varied_;
  std::vector<int> exponents_;   // of two, by which the parameter's tangents were scaled down
  AlignedBuffer<double> below_;  // (varied, entries handed on by the stage below)
  AlignedBuffer<double> here_;   // (varied, entries of the stage)
};

void run_network(const Network<double>& network, std::span<const double> parameters,
                 Slice<double>& slice, std::span<double> gradient) {
  BackwardOptions<double> options;
  options.scale = 1.0 / static_cast<double>(slice.samples());
  for (std::size_t g = 0; g < network.groups(); ++g) network.forward(g, parameters, slice, {});
  network.evaluate_loss(slice);
  const ParameterLayout& layout = network.layout();
  for (std::size_t g = network.groups(); g-- > 0;) {
    network.backward(g, parameters, options, slice, {layout.group(gradient, g), {}});
  }
}

// Some layer's gradient, or the loss itself, may be beyond double for unit-variance weights.
bool overflows(const Slice<double>& slice) {
  bool finite = std::isfinite(slice.loss_sums.loss);
  for (const SliceStageSums& stage : slice.stage_sums) {
    finite = finite && std::isfinite(stage.delta.norm());
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
  return network.layout().block_size() * sizeof(double) + network.slice_bytes(samples);
}

GradientCheckResult check_gradients(const NetworkSettings& settings, Loss loss,
                                    const Network<double>& network, const ProblemShape& problem,
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

  const auto tangents = make_tangents(settings, problem, layout, parameters);
  const auto varied = choose_parameters(layout, choose_groups(network, *tangents), seed);
  std::vector<double> derivatives(varied.size(), 0.0);
  ForwardMode forward(settings, loss, network, *tangents, varied);
  for (std::size_t s = 0; s < x.rows; ++s) forward.add_sample(slice, s, derivatives);

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
