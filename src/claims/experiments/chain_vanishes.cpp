// The product of derivatives and weights is all there is in a chain of single units. In a wide
// network many paths add up, and what counts is chi_1.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "claims/all_claims.hpp"
#include "claims/decay.hpp"
#include "claims/experiment_runner.hpp"
#include "claims/random_network.hpp"

namespace plumb::claims {
namespace {

constexpr const char* kChain = R"([network]
depth = 20
width = 1
activation = "sigmoid"
init = "unit_normal"
[data]
source = "teacher"
inputs = 1
classes = 2
[train]
batch = 1
slice = 1
steps = 1
precision = "float64"
[record]
snapshot_steps = [0]
)";

constexpr const char* kWide = R"([network]
depth = 20
width = 256
activation = "sigmoid"
init = "scaled"
[data]
source = "teacher"
inputs = 64
[train]
batch = 32
slice = 16
steps = 2
)";

// |w| < 1 and s' <= 1/4 everywhere, yet sigma_w^2 = n/3 is beyond the critical 103.
constexpr const char* kWideUniform = R"([network]
depth = 12
width = 512
activation = "sigmoid"
init = "unit_uniform"
[data]
source = "teacher"
inputs = 64
[train]
batch = 32
slice = 16
steps = 2
)";

constexpr std::size_t kSeeds = 20;
constexpr std::size_t kFewSeeds = 10;

double number(const TrainedNetwork& experiment, const std::string& name) {
  return experiment.history.table("snapshots/step_000000/" + name).values.front();
}

/// Largest relative difference between the history's delta_l / delta_L and the product.
double worst_difference(const TrainedNetwork& chain) {
  const std::size_t depth = chain.run.network.depth;
  std::vector<double> weights;
  for (std::size_t l = 2; l <= depth; ++l) {
    weights.push_back(number(chain, "W" + std::to_string(l)));
  }
  const auto products = chain_products(number(chain, "x") * number(chain, "W1"), weights);
  const auto delta = chain.at_start("gradients/delta_rms");  // of one sample: |delta|
  double worst = 0;
  for (std::size_t l = 0; l < depth; ++l) {
    const double measured = delta[l] / delta[depth - 1];
    worst = std::max(worst, std::abs(measured / std::abs(products[l]) - 1));
  }
  return worst;
}

double chain_factor(const TrainedNetwork& chain) {
  const auto delta = chain.at_start("gradients/delta_rms");
  const auto depth = static_cast<double>(chain.run.network.depth);
  return std::pow(delta.front() / delta[chain.run.network.depth - 1], 1 / (depth - 1));
}

/// E|w| s'(0): what one path through a layer of n units passes on.
double one_path(std::size_t width) {
  return std::sqrt(2 / (std::numbers::pi * static_cast<double>(width))) / 4;
}

Findings run(ExperimentRunner& runner) {
  const auto chain = runner.run(kChain);
  const auto wide = runner.run(kWide);
  const auto uniform = runner.run(kWideUniform);
  const Decay scaled = measure_decay({wide[0].run.network, {64, 10}, kSeeds}, runner.threads());
  const Decay grown =
      measure_decay({uniform[0].run.network, {64, 10}, kFewSeeds}, runner.threads());
  const double epsilon = std::numeric_limits<double>::epsilon();
  Findings findings;
  findings.measurements = {
      within("width 1: product formula, largest relative difference", worst_difference(chain[0]), 0,
             16 * 20 * epsilon, "16 roundings in each of 20 layers"),
      scaled.factor_measurement("width 256, sigma_w^2 = 1"),
      between("width 256: the factor, in units of one path's |w| s'",
              scaled.factor() / one_path(256), 10, 40,
              "sqrt(n) paths in quadrature: sqrt(256 pi / 2) = 20 when units are at s'(0)"),
      grown.factor_measurement("width 512, U[-1,1]")};
  findings.trials = {{"width 1, N(0,1): vanishes", chain_factor(chain[0]) < 1},
                     {"width 256, sigma_w^2 = 1: vanishes", scaled.factor() < 1},
                     {"width 512, U[-1,1], every |w| s' < 1/4: vanishes", grown.factor() < 1}};
  findings.condition = fmt::format(
      "chi_1 < 1; with U[-1,1] weights at width 512 every |w| s' is below 1/4 and the gradient "
      "grows by {:.2f} a layer",
      grown.factor());
  return findings;
}

}  // namespace

Claim chain_vanishes() {
  return {"chain_vanishes", "A chain of derivatives and weights below 1 makes the gradient vanish.",
          "Poole et al. 2016, Schoenholz et al. 2017 (chi_1); the chain rule (width 1)", run};
}

}  // namespace plumb::claims
