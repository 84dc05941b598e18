// Recurrent networks of tanh and ReLU at large gain and at equal chi_1, and convolutions of both.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "claims/all_claims.hpp"
#include "claims/claim.hpp"
#include "claims/decay.hpp"
#include "claims/experiment_runner.hpp"
#include "theory/mean_field.hpp"

namespace plumb::claims {
namespace {

constexpr std::size_t kSteps = 50;
constexpr const char* kRecurrent = R"([network]
family = "rnn"
depth = 50
width = 128
activation = "{}"
init = "scaled"
weight_variance = {}
[data]
source = "adding"
[train]
batch = 32
slice = 16
steps = 2
learning_rate = 0.001
)";

constexpr const char* kConvolution = R"([network]
family = "cnn"
depth = 8
width = 32
activation = "{}"
init = "scaled"
weight_variance = {}
bias_variance = {}
pooling = "none"
[data]
source = "shapes"
[train]
batch = 16
slice = 8
steps = 1
seed = [1, 2, 3]
)";
constexpr std::size_t kConvolutions = 8;
constexpr double kConvolutionRatios = 6;  // without the first layer's, which reads the image

/// The adding problem's numbers per time step, a value in [0, 1] and a mark on two of them, have
/// mean squares of 1/3 and 2/50. Theory takes W as drawn anew in every time step, which holds while
/// few products of the same W meet: steps^2 / width below 1.
Ensemble ensemble_of(math::Activation activation, double weight_variance) {
  constexpr std::size_t kShort = 20;
  net::NetworkSettings network;
  network.family = net::Family::Rnn;
  network.depth = kShort;
  network.width = 512;
  network.activation = activation;
  network.init = net::Init::Scaled;
  network.weight_variance = weight_variance;
  return {network, {2 * kShort, 10}, 20, (1.0 / 3 + 2.0 / kSteps) / 2};
}

struct Recurrent {
  Decay decay;
  double growth = 0;      // of the trained network's delta, over all time steps
  double last_state = 0;  // root mean square of its state after the last time step
};

Recurrent try_recurrent(ExperimentRunner& runner, math::Activation activation, double variance) {
  const auto trained = runner.run(fmt::format(kRecurrent, core::name_of(activation), variance));
  const auto delta = trained[0].at_start("gradients/delta_rms");
  const double mean = trained[0].at_start("activations/mean")[kSteps - 1];
  const double deviation = trained[0].at_start("activations/std")[kSteps - 1];
  return {measure_decay(ensemble_of(activation, variance), runner.threads()),
          delta.front() / delta[kSteps - 1], std::hypot(mean, deviation)};
}

/// Mean over networks of the logarithm of delta's factor per layer, between convolutions of equal
/// size.
double log_convolution_factor(const std::vector<TrainedNetwork>& networks) {
  double sum = 0;
  for (const TrainedNetwork& network : networks) {
    const auto delta = network.at_start("gradients/delta_rms");
    sum += std::log(delta[1] / delta[kConvolutions - 1]) / kConvolutionRatios;
  }
  return sum / static_cast<double>(networks.size());
}

/// Two activations at chi_1 = 1. A ratio of square norms varies by k/n, n channels.
Measurement compare_convolutions(ExperimentRunner& runner) {
  const auto tanh = runner.run(fmt::format(kConvolution, "tanh", 1.76, .05));
  const auto relu = runner.run(fmt::format(kConvolution, "relu", 2, 0));
  const double k = theory::mean_field({math::Activation::Tanh}, 1.76, .05).spread +
                   theory::mean_field({math::Activation::Relu}, 2, 0).spread;
  const auto channels = static_cast<double>(tanh.front().run.network.width);
  const double ratios = kConvolutionRatios * static_cast<double>(tanh.size());
  return within("cnn: factor of tanh over that of relu at chi_1 = 1",
                std::exp(log_convolution_factor(tanh) - log_convolution_factor(relu)), 1,
                std::expm1(kNinetyNine * std::sqrt(k / (channels * ratios)) / 2),
                "equal chi_1; 99 %, k/n for each of three networks' ratios");
}

Findings run(ExperimentRunner& runner) {
  using math::Activation;
  const double critical = variance_for_chi(ensemble_of(Activation::Tanh, 1), 1);
  const Recurrent tanh_large = try_recurrent(runner, Activation::Tanh, 4);
  const Recurrent relu_large = try_recurrent(runner, Activation::Relu, 4);
  const Recurrent tanh_equal = try_recurrent(runner, Activation::Tanh, critical);
  const Recurrent relu_equal = try_recurrent(runner, Activation::Relu, 2);
  Findings findings;
  findings.measurements = {
      tanh_large.decay.factor_measurement("rnn, tanh, sigma_w^2 = 4"),
      relu_large.decay.factor_measurement("rnn, relu, sigma_w^2 = 4"),
      tanh_equal.decay.factor_measurement(fmt::format("rnn, tanh, sigma_w^2 = {:.3f}", critical)),
      relu_equal.decay.factor_measurement("rnn, relu, sigma_w^2 = 2"),
      between("tanh, sigma_w^2 = 4: growth of the gradient over 50 time steps", tanh_large.growth,
              10, std::numeric_limits<double>::infinity(), "chi_1 > 1"),
      between("tanh, sigma_w^2 = 4: last state", tanh_large.last_state, 0, 1, "bounded"),
      between("relu, sigma_w^2 = 4: last state", relu_large.last_state, 1e4,
              std::numeric_limits<double>::infinity(), "unbounded: 2^(50/2) in the mean"),
      compare_convolutions(runner)};
  findings.trials = {{"relu explodes at sigma_w^2 = 4", relu_large.decay.factor() > 1.1},
                     {"tanh does not explode at sigma_w^2 = 4", tanh_large.decay.factor() < 1.1},
                     {"relu explodes at chi_1 = 1", relu_equal.decay.factor() > 1.1}};
  findings.condition = fmt::format(
      "chi_1 > 1, whatever the activation: at sigma_w^2 = 4 the gradient grows by {:.2f} a time "
      "step for tanh and {:.2f} for relu, at chi_1 = 1 by {:.2f} and {:.2f}",
      tanh_large.decay.factor(), relu_large.decay.factor(), tanh_equal.decay.factor(),
      relu_equal.decay.factor());
  return findings;
}

}  // namespace

Claim rnn_explodes() {
  return {"rnn_explodes",
          "Unbounded activations explode in recurrent networks, so these use tanh, and "
          "convolutional networks ReLU.",
          "Pascanu et al. 2013; chi_1", run};
}

}  // namespace plumb::claims
