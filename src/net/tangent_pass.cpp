#include "net/tangent_pass.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "math/activations/activation_traits.hpp"
#include "net/losses.hpp"

namespace plumb::net {

using core::AlignedBuffer;
using core::MatrixView;

std::vector<std::unique_ptr<LayerTangent>> make_tangents(const Network<double>& network,
                                                         std::span<const double> parameters) {
  std::vector<std::unique_ptr<LayerTangent>> tangents;
  const ParameterLayout& layout = network.layout();
  for (std::size_t g = 0; g < network.groups(); ++g) {
    tangents.push_back(
        network.group(g).layer->tangent(layout.weights(parameters, g), layout.bias(parameters, g)));
  }
  return tangents;
}

TangentPass::TangentPass(const NetworkSettings& settings, Loss loss, const Network<double>& network,
                         std::span<const double> parameters, std::vector<VariedParameter> varied)
    : settings_(settings),
      loss_(loss),
      network_(network),
      tangents_(make_tangents(network, parameters)),
      varied_(std::move(varied)),
      exponents_(varied_.size()) {
  std::size_t largest = 0;
  for (const Stage& stage : network.stages()) largest = std::max(largest, stage.entries());
  below_ = AlignedBuffer<double>(varied_.size() * largest);
  here_ = AlignedBuffer<double>(varied_.size() * largest);
}

void TangentPass::add_sample(Slice<double>& slice, std::size_t sample,
                             std::span<double> derivatives) {
  std::fill(exponents_.begin(), exponents_.end(), 0);
  std::size_t active = 0;  // parameters met so far; they are sorted by group
  std::size_t entries_below = 0;
  for (std::size_t stage = 0; stage < network_.stages().size(); ++stage) {
    const std::size_t entries = network_.stages()[stage].entries();
    const std::span<const double> input = slice.layer_input(stage).row(sample);
    if (active > 0) {
      tangent_of(stage).through({below_.data(), active, entries_below},
                                {here_.data(), active, entries});
    }
    active = seed(stage, active, entries_below, input);
    std::vector<double> real(entries);
    tangent_of(stage).real_z(input, real);
    if (stage + 1 == network_.stages().size()) {
      return finish(real, slice.targets()[sample], derivatives);
    }
    entries_below = activate(stage, real, {below_.data(), active, entries_below}, slice, sample);
  }
}

/// Parameters of this stage's group join in, those it meets first with nothing below them.
std::size_t TangentPass::seed(std::size_t stage, std::size_t active, std::size_t entries_below,
                              std::span<const double> input) {
  const Stage& info = network_.stages()[stage];
  for (std::size_t p = 0; p < varied_.size() && varied_[p].group <= info.group; ++p) {
    const std::span<double> tangent = row(p, info.entries());
    if (p >= active) {
      std::fill(tangent.begin(), tangent.end(), 0.0);
      std::fill_n(below_.data() + p * entries_below, entries_below, 0.0);
      active = p + 1;
    }
    if (varied_[p].group == info.group) add_seed(stage, p, input, tangent);
  }
  return active;
}

// A row that has decayed since its last seed was scaled up to about 1. Were the new seed scaled
// like it, it might overflow: the old part goes down instead, to where beside the new one it may
// well underflow.
void TangentPass::add_seed(std::size_t stage, std::size_t parameter, std::span<const double> input,
                           std::span<double> tangent) {
  std::vector<double> fresh(tangent.size(), 0.0);
  tangent_of(stage).seed(varied_[parameter], 1.0, input, fresh);
  const bool any = std::any_of(fresh.begin(), fresh.end(), [](double t) { return t != 0; });
  if (!any) return;
  int& exponent = exponents_[parameter];
  if (exponent < 0) {
    for (double& t : tangent) t = std::ldexp(t, exponent);
    exponent = 0;
  }
  for (std::size_t j = 0; j < fresh.size(); ++j) tangent[j] += std::ldexp(fresh[j], -exponent);
}

/// Tangents of z to those of what the stage above sees, into below_; how many a row.
std::size_t TangentPass::activate(std::size_t stage, const std::vector<double>& real,
                                  MatrixView<const double> below, Slice<double>& slice,
                                  std::size_t sample) {
  const std::size_t entries = real.size();
  const std::span<const double> slopes =
      slice.derivative(stage).span().subspan(sample * entries, entries);
  const math::ActivationTraits& traits = math::traits_of(settings_.activation);
  std::size_t passed_on = 0;
  std::vector<double> all;
  for (std::size_t p = 0; p < below.rows; ++p) {
    const std::span<double> tangent = row(p, entries);
    for (std::size_t j = 0; j < entries; ++j) {
      if (tangent[j] == 0) continue;
      tangent[j] = traits.dual({real[j], tangent[j]}, settings_.negative_slope, slopes[j]).tangent;
    }
    const auto next = pass_on(stage, below.row(p), slice, sample, tangent);
    rescale(p, next);
    passed_on = next.size();
    all.insert(all.end(), next.begin(), next.end());
  }
  std::copy(all.begin(), all.end(), below_.data());
  return passed_on;
}

/// a: change of phi(z). Returns the change of what the stage above sees, in a.
std::span<double> TangentPass::pass_on(std::size_t stage, std::span<const double> below,
                                       Slice<double>& slice, std::size_t sample,
                                       std::span<double> a) const {
  const LayerGroup& group = network_.group(network_.stages()[stage].group);
  if (group.skip) group.skip->tangent(below, a);
  if (!group.pooling) return a;
  return group.pooling->tangent(slice.activation(stage).span().subspan(sample * a.size(), a.size()),
                                a);
}

// Tangents grow or shrink by orders of magnitude a stage. So that they neither overflow nor
// underflow, each row is brought back to about 1 by an exact power of two.
void TangentPass::rescale(std::size_t parameter, std::span<double> tangent) {
  double largest = 0;
  for (const double t : tangent) largest = std::max(largest, std::abs(t));
  if (largest == 0 || !std::isfinite(largest)) return;
  const int shift = -std::ilogb(largest);
  for (double& t : tangent) t = std::ldexp(t, shift);
  exponents_[parameter] -= shift;
}

void TangentPass::finish(const std::vector<double>& real, double target,
                         std::span<double> derivatives) {
  std::vector<math::Dual> z(real.size());
  for (std::size_t p = 0; p < varied_.size(); ++p) {
    const std::span<const double> tangent = row(p, real.size());
    for (std::size_t k = 0; k < z.size(); ++k) z[k] = {real[k], tangent[k]};
    derivatives[p] += std::ldexp(dual_loss(loss_, z, target).tangent, exponents_[p]);
  }
}

}  // namespace plumb::net
