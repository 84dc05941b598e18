#include "theory/signals.hpp"

#include <algorithm>
#include <cmath>

#include "net/initializers.hpp"

namespace plumb::theory {
namespace {

constexpr double kGroupWidth = 0.125;  // in ln ||x||^2
constexpr double kMostGroups = 64;
// Relative difference of two q whose averages need not be told apart.
constexpr double kSameVariance = 1e-10;

double log_ratio(double numerator, double denominator) {
  return std::log(numerator) - std::log(denominator);
}

/// Where ln ||x||^2 falls among `count` groups of equal width between the smallest and the largest.
std::size_t group_of(double value, double least, double range, std::size_t count) {
  if (!(range > 0)) return 0;
  const double place = log_ratio(value, least) / range * static_cast<double>(count);
  return std::min(static_cast<std::size_t>(std::max(place, 0.0)), count - 1);
}

bool same_variance(double a, double b) { return std::abs(a - b) <= kSameVariance * a; }

/// d ln q_{l+1} / d ln q_l.
double growth_of_difference(const Signal& here, const Signal& next, double weight_variance) {
  return next.q > 0 ? weight_variance * here.phi.square_slope * here.q / next.q : 0;
}

/// d ln E phi'^2 / d ln q.
double slope_of_ratio(const Signal& signal) {
  return signal.q * signal.phi.derivative_square_slope / signal.phi.derivative_square;
}

}  // namespace

std::vector<NormGroup> group_norms(std::span<const double> square_norms, bool same) {
  std::vector<double> sorted(square_norms.begin(), square_norms.end());
  std::sort(sorted.begin(), sorted.end());
  const auto positive = std::upper_bound(sorted.begin(), sorted.end(), 0.0);
  const double range = positive == sorted.end() ? 0 : log_ratio(sorted.back(), *positive);
  const auto count =
      static_cast<std::size_t>(std::clamp(std::ceil(range / kGroupWidth), 1.0, kMostGroups));
  std::vector<NormGroup> sums(same ? 1 : count + 1);  // the first one for zeros
  for (const double value : sorted) {
    const std::size_t group =
        same || !(value > 0) ? 0 : 1 + group_of(value, *positive, range, count);
    sums[group].square_norm += value;
    sums[group].samples += 1;
  }
  std::erase_if(sums, [](const NormGroup& group) { return group.samples == 0; });
  if (sums.empty()) return {{0, 1}};
  for (NormGroup& group : sums) group.square_norm /= group.samples;
  return sums;
}

std::vector<Signal> forward(const net::NetworkSettings& settings,
                            const std::vector<PlannedLayer>& layers, double input_mean_square,
                            const std::vector<Signal>& neighbour) {
  const ActivationFunction function{settings.activation, settings.negative_slope};
  std::vector<Signal> signals;
  double p = input_mean_square;
  double m = 0;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    const double q = layers[l].weight_variance * p + bias_variance(settings);
    const bool known = l < neighbour.size() && same_variance(q, neighbour[l].q);
    const Moments phi = known ? neighbour[l].phi : gaussian_moments(function, q);
    const bool skips = layers[l].skip;
    p = phi.square + (skips ? p + 2 * m * phi.mean : 0);
    m = phi.mean + (skips ? m : 0);
    signals.push_back({q, phi, p});
  }
  return signals;
}

std::vector<double> forward_variance(const std::vector<Signal>& signals,
                                     const std::vector<PlannedLayer>& layers) {
  const std::size_t depth = signals.size();
  std::vector<double> growth(depth, 0.0);
  std::vector<double> scatter(depth, 0.0);  // relative variance of q that layer l itself adds
  std::vector<double> below(depth, 0.0);    // that q has from the layers below and itself
  for (std::size_t l = 1; l < depth; ++l) {
    const double weight_variance = layers[l].weight_variance;
    const double share =
        signals[l].q > 0 ? weight_variance * signals[l - 1].passed_on / signals[l].q : 0;
    growth[l] = growth_of_difference(signals[l - 1], signals[l], weight_variance);
    scatter[l] = share * share * 2 / layers[l - 1].units;
    below[l] = growth[l] * growth[l] * below[l - 1] + scatter[l];
  }
  std::vector<double> variance(depth + 1, 0.0);
  double slope = 0;  // d / d ln q_l of ln(||delta_l||^2 / ||delta_L||^2)
  double above = 0;  // what the layers above l add
  for (std::size_t l = depth; l-- > 0;) {
    slope = slope_of_ratio(signals[l]) + (l + 1 < depth ? growth[l + 1] * slope : 0);
    variance[l] = slope * slope * below[l] + above;
    above += slope * slope * scatter[l];
  }
  return variance;
}

double hidden_weight_variance(const net::NetworkSettings& settings) {
  return net::recipe_of(settings.family)
      .inner_layer(settings)
      ->mean_field(settings)
      .weight_variance;
}

double bias_variance(const net::NetworkSettings& settings) {
  return net::info_of(settings.init).uses_variances ? settings.bias_variance : 0;
}

}  // namespace plumb::theory
