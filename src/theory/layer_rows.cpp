#include "theory/layer_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "net/initializers.hpp"

namespace plumb::theory {
namespace {

using net::NetworkSettings;

/// Samples of one size.
struct Group {
  double samples = 0;
  double share = 0;  // of one sample, in the batch's ||delta||^2 of the layer above
  std::vector<Signal> signals;
  std::vector<double> forward_variance;
};

/// E ||delta_l||^2 / ||delta_{l+1}||^2. With a skip past layer l+1, delta_l = phi' (g + W delta)
/// with delta = phi'_{l+1} g: the square norm of g grows by 1 + sigma_w^2 mu_1.
double square_ratio(const PlannedLayer& here, const PlannedLayer& above, const Moments& moments,
                    const Moments* skipped) {
  double factor = above.weight_variance;
  if (skipped != nullptr) factor += 1 / skipped->derivative_square;
  return factor * moments.derivative_square * here.pooling_factor;
}

const Moments* skipped_by(const NetworkSettings& settings, const std::vector<Signal>& signals,
                          std::size_t l) {
  return has_skips(settings) && l + 1 < signals.size() ? &signals[l + 1].phi : nullptr;
}

WidthEffect width_effect(const NetworkSettings& settings, const PlannedLayer& here,
                         const PlannedLayer& above, const Moments& phi, const Moments* skipped) {
  const bool orthogonal = net::info_of(settings.init).drawing == net::Drawing::Orthonormal;
  if (skipped != nullptr) {
    return residual_width_effect(phi, *skipped, above.weight_variance, here.units, orthogonal);
  }
  WidthEffect effect = plain_width_effect(phi, here.units, above.units, orthogonal);
  if (has_skips(settings)) effect.own_variance = effect.variance;
  return effect;
}

std::vector<Group> make_groups(const NetworkSettings& settings,
                               const std::vector<PlannedLayer>& layers,
                               std::span<const double> mean_squares) {
  const auto count = static_cast<double>(mean_squares.size());
  std::vector<Group> groups;
  for (const NormGroup& same : group_norms(mean_squares, is_homogeneous(settings.activation))) {
    Group group{same.samples, 1 / count, {}, std::vector<double>(layers.size(), 0.0)};
    group.signals = forward(settings, layers, same.square_norm,
                            groups.empty() ? std::vector<Signal>{} : groups.back().signals);
    if (!has_skips(settings)) group.forward_variance = forward_variance(group.signals, layers);
    groups.push_back(std::move(group));
  }
  return groups;
}

/// Row l, with the groups' shares of layer l+1, which become those of layer l.
void add_row(const NetworkSettings& settings, const std::vector<PlannedLayer>& layers,
             std::size_t l, std::vector<Group>& groups, Prediction& prediction) {
  double ratio = 0;
  for (Group& group : groups) {
    const Moments* skipped = skipped_by(settings, group.signals, l);
    group.share *= square_ratio(layers[l], layers[l + 1], group.signals[l].phi, skipped);
    ratio += group.samples * group.share;
  }
  WidthEffect mean;
  for (Group& group : groups) {
    group.share /= ratio;
    const double weight = group.samples * group.share;
    const WidthEffect effect =
        width_effect(settings, layers[l], layers[l + 1], group.signals[l].phi,
                     skipped_by(settings, group.signals, l));
    mean.bias += weight * effect.bias;
    mean.variance += weight * effect.variance;
    mean.own_variance += weight * effect.own_variance;
    prediction.forward_variance[l] += weight * group.forward_variance[l];
    prediction.sample_share[l].push_back(group.share);
  }
  set_row(prediction, l, ratio, mean);
}

/// n times the relative variance of ||phi' g||^2 for a g of given length and any direction.
double direction_spread(const Moments& moments) noexcept { return spread(moments) - 2; }

}  // namespace

bool has_skips(const NetworkSettings& settings) noexcept {
  return settings.residual && settings.depth > 1;
}

void make_rows(Prediction& prediction, std::size_t count) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  prediction.delta_rms_ratio.assign(count, none);
  prediction.log_ratio_bias.assign(count, none);
  prediction.log_ratio_variance.assign(count, none);
  prediction.log_own_variance.assign(count, none);
  prediction.aligned_share.assign(count, 0.0);
  prediction.forward_variance.assign(count, 0.0);
  prediction.sample_share.assign(count, {});
}

void set_row(Prediction& prediction, std::size_t l, double square_ratio, WidthEffect effect) {
  prediction.delta_rms_ratio[l] = std::sqrt(square_ratio);
  prediction.log_ratio_bias[l] = effect.bias;
  prediction.log_ratio_variance[l] = effect.variance;
  prediction.log_own_variance[l] = effect.own_variance;
}

std::vector<Signal> add_layer_rows(const NetworkSettings& settings,
                                   const std::vector<PlannedLayer>& layers,
                                   std::span<const double> mean_squares, Prediction& prediction) {
  std::vector<Group> groups = make_groups(settings, layers, mean_squares);
  make_rows(prediction, layers.size());
  for (const Group& group : groups) {
    prediction.group_samples.push_back(group.samples);
    prediction.sample_share.back().push_back(group.share);
  }
  for (std::size_t l = layers.size() - 1; l-- > 0;) {
    add_row(settings, layers, l, groups, prediction);
  }
  return groups.front().signals;
}

WidthEffect plain_width_effect(const Moments& moments, double units, double units_above,
                               bool orthogonal) noexcept {
  const double kept = orthogonal ? 2 / std::max(units, units_above) : 0;
  const double variance = std::max(0.0, spread(moments) / units - kept);
  return {-variance / 2, variance, 0};
}

WidthEffect residual_width_effect(const Moments& moments, const Moments& above,
                                  double weight_variance_above, double units,
                                  bool orthogonal) noexcept {
  const double branch = weight_variance_above * above.derivative_square;
  const double here = direction_spread(moments);
  const double next = direction_spread(above);
  // ||g + W v||^2 / ||g||^2 = 1 + 2 g.Wv + ||Wv||^2, v = phi' g, ||Wv||^2 about `branch`.
  const double length = orthogonal ? 0 : 2 * branch * branch;
  const double growth = 1 + branch;
  const double skip = (4 * branch + length + branch * branch * next) / (growth * growth);
  return {-(here - next + skip) / (2 * units), skip / units, here / units};
}

}  // namespace plumb::theory
