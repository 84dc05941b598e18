// A sigmoid network is a tanh network with a quarter of the weights, so tanh shrinks the gradient
// as the sigmoid does at a sixteenth of the variance, and hardly at all at the same.
#include <fmt/format.h>
#include <cmath>

#include "claims/all_claims.hpp"
#include "claims/decay.hpp"
#include "claims/experiment_runner.hpp"
#include "claims/tanh_equivalent.hpp"
#include "theory/mean_field.hpp"

namespace plumb::claims {
namespace {

constexpr const char* kStudy = R"([network]
depth = 20
width = 256
activation = "{}"
init = "scaled"
weight_variance = {}
bias_variance = {}
[data]
source = "teacher"
inputs = 256
[train]
batch = 32
slice = 16
steps = 2
)";

constexpr std::size_t kSeeds = 20;
constexpr std::size_t kWidth = 256;
constexpr double kSixteenth = 0.0625;
constexpr double kVanished = 0.5;  // a layer: a millionth is left after 20

Decay decay_of(ExperimentRunner& runner, const char* activation, double weights, double biases) {
  const auto trained = runner.run(fmt::format(kStudy, activation, weights, biases));
  return measure_decay({trained[0].run.network, {kWidth, 10}, kSeeds}, runner.threads());
}

void add_tanh_equivalent(Findings& findings) {
  net::NetworkSettings settings;
  settings.depth = 8;
  settings.width = 64;
  settings.init = net::Init::Scaled;
  settings.weight_variance = 4;
  settings.bias_variance = 1;
  const EquivalenceDifference difference = compare_with_tanh_equivalent(settings, 32, 1);
  const std::string basis = "an identity; float64";
  findings.measurements.push_back(
      within("equivalent tanh network, activations: largest relative difference",
             difference.activation, 0, 1e-11, basis));
  findings.measurements.push_back(
      within("equivalent tanh network, deltas: largest relative difference", difference.delta, 0,
             1e-11, basis));
  findings.measurements.push_back(
      within("equivalent tanh network, weight gradients: largest relative difference",
             difference.weight_gradient, 0, 1e-11, basis));
}

Findings run(ExperimentRunner& runner) {
  const Decay sigmoid = decay_of(runner, "sigmoid", 1, 0);
  const Decay tanh = decay_of(runner, "tanh", 1, 0);
  // Biases take the place of the sigmoid's mean of 1/2: its column sums, a sixteenth of sigma_w^2.
  const Decay small = decay_of(runner, "tanh", kSixteenth, kSixteenth);
  Findings findings;
  add_tanh_equivalent(findings);
  findings.measurements.push_back(sigmoid.factor_measurement("sigmoid, sigma_w^2 = 1"));
  findings.measurements.push_back(tanh.factor_measurement("tanh, sigma_w^2 = 1"));
  findings.measurements.push_back(small.factor_measurement("tanh, sigma_w^2 = 1/16"));
  findings.measurements.push_back(within(
      "chi_1 of tanh at 1/16 over that of sigmoid at 1",
      theory::mean_field({math::Activation::Tanh}, kSixteenth, kSixteenth).chi_1 / sigmoid.chi_1, 1,
      1e-9, "the equivalent network, in mean-field theory"));
  findings.trials = {{"equal variance, sigma_w^2 = 1: tanh vanishes as sigmoid does",
                      sigmoid.factor() < kVanished && tanh.factor() < kVanished},
                     {"sigmoid at 16 times the variance of tanh: tanh vanishes as sigmoid does",
                      sigmoid.factor() < kVanished && small.factor() < kVanished}};
  findings.condition = fmt::format(
      "the sigmoid has 16 times the variance; at equal variance the factors per layer are {:.3f} "
      "for sigmoid and {:.3f} for tanh",
      sigmoid.factor(), tanh.factor());
  return findings;
}

}  // namespace

Claim tanh_same_problem() {
  return {"tanh_same_problem", "tanh has the sigmoid's problem.",
          "sigmoid(z) = (1 + tanh(z/2)) / 2; chi_1", run};
}

}  // namespace plumb::claims
