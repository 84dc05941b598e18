#include "claims/decay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "claims/claim.hpp"
#include "claims/random_network.hpp"
#include "net/families/family.hpp"
#include "theory/mean_field.hpp"
#include "theory/prediction.hpp"
#include "train/parallel.hpp"

namespace plumb::claims {
namespace {

/// Ratios of layers first .. last-1, each to the layer above it. Layers are hidden layers or time
/// steps, counted from 0.
struct Inner {
  std::size_t first = 0;
  std::size_t last = 0;
  [[nodiscard]] std::size_t count() const { return last - first; }
};

Inner inner_layers(std::size_t depth) {
  const std::size_t ends = std::min<std::size_t>(4, depth / 4);
  return {ends, depth - 1 - ends};
}

/// ln r of one network's inner layers.
void measure_network(const Ensemble& ensemble, std::uint64_t seed, Inner inner,
                     std::span<double> logs) {
  RandomNetwork<double> network(ensemble.network, ensemble.problem, seed, ensemble.mean_square);
  network.forward();
  network.draw_output_delta(seed);
  network.backward();
  for (std::size_t i = 0; i < inner.count(); ++i) {
    const std::size_t l = inner.first + i;
    logs[i] = 2 * (std::log(network.delta_norm(l)) - std::log(network.delta_norm(l + 1)));
  }
}

void predict(const Ensemble& ensemble, Inner inner, Decay& decay) {
  const theory::Prediction prediction =
      theory::predict(ensemble.network, ensemble.problem, input_square_norm(ensemble));
  for (std::size_t l = inner.first; l < inner.last; ++l) {
    decay.predicted_log +=
        2 * std::log(prediction.delta_rms_ratio[l]) + prediction.log_ratio_bias[l];
    decay.predicted_variance += prediction.log_ratio_variance[l];
  }
  decay.predicted_log /= static_cast<double>(inner.count());
  decay.predicted_variance /= static_cast<double>(inner.count());
  decay.chi_1 = prediction.chi_1;
  const net::NetworkSettings& network = ensemble.network;
  if (net::hidden_weight_sharing(network) == net::WeightSharing::Time) {
    decay.steps_per_width = static_cast<double>(network.depth) / static_cast<double>(network.width);
  }
}

constexpr std::array<std::size_t, 5> kWidths{64, 80, 104, 128, 160};
constexpr std::size_t kSeeds = 60;
constexpr std::size_t kDepth = 16;

net::NetworkSettings network_of(std::size_t width) {
  net::NetworkSettings settings;
  settings.depth = kDepth;
  settings.width = width;
  settings.init = net::Init::UnitNormal;
  return settings;
}

}  // namespace

double Decay::factor() const { return std::exp(mean_log / 2); }

double Decay::log_tolerance() const {
  return kNinetyNine * std::sqrt(predicted_variance / static_cast<double>(count)) +
         predicted_variance * predicted_variance + steps_per_width;
}

Measurement Decay::factor_measurement(const std::string& setting) const {
  const double expected = std::exp(predicted_log / 2);
  return within(setting + ": factor of the gradient per layer toward the input", factor(), expected,
                expected * std::expm1(log_tolerance() / 2),
                fmt::format("sqrt(chi_1) = {:.4g} with the finite-width correction; 99 % of means "
                            "over {} layers, and second order in 1/width",
                            std::sqrt(chi_1), count));
}

double input_square_norm(const Ensemble& ensemble) {
  const std::size_t numbers = ensemble.problem.inputs / net::time_steps(ensemble.network);
  return ensemble.mean_square * static_cast<double>(numbers);
}

Decay measure_decay(const Ensemble& ensemble, std::size_t threads) {
  const Inner inner = inner_layers(ensemble.network.depth);
  std::vector<double> logs(ensemble.seeds * inner.count());
  train::run_on_threads(threads, [&](std::size_t thread) {
    for (std::size_t s = thread; s < ensemble.seeds; s += threads) {
      measure_network(ensemble, s + 1, inner,
                      std::span(logs).subspan(s * inner.count(), inner.count()));
    }
  });
  Decay decay;
  decay.count = logs.size();
  decay.mean_log = mean(logs);
  decay.log_variance = variance(logs);
  for (const double log : logs) {
    decay.mean_ratio += std::exp(log) / static_cast<double>(decay.count);
  }
  predict(ensemble, inner, decay);
  return decay;
}

double variance_for_chi(Ensemble ensemble, double chi_1) {
  double low = 0.01;
  double high = 100;
  while (high - low > 1e-9 * high) {
    const double middle = (low + high) / 2;
    ensemble.network.weight_variance = middle;
    const double found =
        theory::predict(ensemble.network, ensemble.problem, input_square_norm(ensemble)).chi_1;
    (found < chi_1 ? low : high) = middle;
  }
  return low;
}

double unit_normal_chi(double width) {
  return theory::mean_field({math::Activation::Sigmoid}, width, 0).chi_1;
}

double predicted_critical_width() {
  double low = 10;
  double high = 1000;
  while (high - low > 1e-6) {
    const double middle = (low + high) / 2;
    (unit_normal_chi(middle) < 1 ? low : high) = middle;
  }
  return low;
}

double measured_critical_width(std::size_t threads) {
  double sum_x = 0;
  double sum_y = 0;
  double sum_xx = 0;
  double sum_xy = 0;
  for (const std::size_t width : kWidths) {
    const double x = std::log(static_cast<double>(width));
    const double y =
        std::log(measure_decay({network_of(width), {64, 10}, kSeeds}, threads).mean_ratio);
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  const auto n = static_cast<double>(kWidths.size());
  const double slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
  return std::exp((sum_x - sum_y / slope) / n);
}

Measurement critical_width_measurement(double measured) {
  return within("N(0,1) weights: width at which the gradient keeps its length", measured, 103, 8,
                fmt::format("chi_1 = 1 at {:.1f}", predicted_critical_width()));
}

Measurement mean_ratio_measurement(std::size_t width, double expected, const Decay& decay) {
  const double statistical =
      kNinetyNine * std::sqrt(decay.predicted_variance / static_cast<double>(decay.count));
  const double first_order = 1 / static_cast<double>(width);
  return within(fmt::format("N(0,1) weights, width {}: root of the mean of ||delta_l||^2 / "
                            "||delta_l+1||^2",
                            width),
                std::sqrt(decay.mean_ratio), expected, expected * (statistical + first_order) / 2,
                "sqrt(chi_1); 99 % of means, and 1/n for q* at finite width");
}

}  // namespace plumb::claims
