// Leaky ReLU from slope 0 to .3, at one variance and at the variance that He et al. ask for.
#include <fmt/format.h>

#include <cmath>

#include "claims/all_claims.hpp"
#include "claims/claim.hpp"
#include "claims/decay.hpp"
#include "claims/experiment_runner.hpp"

namespace plumb::claims {
namespace {

constexpr const char* kStudy = R"([network]
depth = 20
width = 128
activation = "leaky_relu"
negative_slope = [0.0, 0.01, 0.3]
init = "{}"
[data]
source = "teacher"
inputs = 128
[train]
batch = 32
slice = 16
steps = 2
)";

constexpr std::size_t kSeeds = 100;
constexpr std::size_t kWidth = 128;
constexpr std::size_t kDepth = 20;
constexpr double kVanished = 0.1;  // over all layers

/// chi_1 = (1 + a^2) / 2 at sigma_w^2 = 1, with what 99 % of means lie within: r varies by k/n.
Measurement chi_measurement(double slope, const Decay& decay) {
  const double expected = (1 + slope * slope) / 2;
  const double relative =
      kNinetyNine * std::sqrt(decay.predicted_variance / static_cast<double>(decay.count));
  return within(fmt::format("slope {}: mean of ||delta_l||^2 / ||delta_l+1||^2", slope),
                decay.mean_ratio, expected, expected * relative, "(1 + a^2) / 2, 99 % of means");
}

/// ln r of normal weights varies by k/n; its estimate from N values by sqrt(2/N) of itself, and
/// k/n is the first order in 1/n of it.
Measurement spread_measurement(double slope, const Decay& decay) {
  const double expected = decay.predicted_variance;
  const double relative = kNinetyNine * std::sqrt(2 / static_cast<double>(decay.count));
  return within(fmt::format("slope {}: variance of its logarithm", slope), decay.log_variance,
                expected, expected * (relative + 2 * expected),
                "k/n, k = 3 mu_2/mu_1^2 - 1; 99 %, and second order in 1/n");
}

double dead_share(const TrainedNetwork& experiment) {
  const auto dead = experiment.at_start("activations/dead_fraction");
  return mean(std::span(dead).first(experiment.run.network.depth));
}

/// By so much the gradient shrinks or grows from the last hidden layer to the first.
double through_all_layers(const Decay& decay) {
  return std::pow(decay.mean_ratio, (kDepth - 1) / 2.0);
}

Findings run(ExperimentRunner& runner) {
  const auto equal = runner.run(fmt::format(kStudy, "lecun"));
  const auto critical = runner.run(fmt::format(kStudy, "he"));
  Findings findings;
  std::vector<Decay> at_one;
  std::vector<Decay> at_he;
  for (std::size_t i = 0; i < equal.size(); ++i) {
    const double slope = equal[i].run.network.negative_slope;
    const net::ProblemShape problem{kWidth, 10};
    at_one.push_back(measure_decay({equal[i].run.network, problem, kSeeds}, runner.threads()));
    at_he.push_back(measure_decay({critical[i].run.network, problem, kSeeds}, runner.threads()));
    findings.measurements.push_back(chi_measurement(slope, at_one.back()));
    findings.measurements.push_back(spread_measurement(slope, at_one.back()));
    findings.measurements.push_back(
        at_he.back().factor_measurement(fmt::format("slope {}, He's variance", slope)));
  }
  findings.measurements.push_back(between("slope 0: share of dead units", dead_share(equal[0]),
                                          1e-3, 1, "32 samples; all below 0 in some units"));
  findings.measurements.push_back(
      exactly("slope 0.01: share of dead units", dead_share(equal[1]), 0, "phi' is never 0"));
  const bool small_leak_is_to_blame =
      through_all_layers(at_one[1]) < kVanished && through_all_layers(at_one[2]) >= kVanished;
  findings.trials = {
      {"sigma_w^2 = 1: slope 0.01 vanishes where 0.3 does not", small_leak_is_to_blame},
      {"He's variance: slope 0.01 vanishes", through_all_layers(at_he[1]) < kVanished}};
  return findings;
}

}  // namespace

Claim leak_vanishes() {
  return {"leak_vanishes", "With too small a leak the gradient vanishes again.",
          "He et al. 2015; chi_1 = (1 + a^2) sigma_w^2 / 2", run};
}

}  // namespace plumb::claims
