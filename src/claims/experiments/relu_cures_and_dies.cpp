// ReLU with and without He's variance, the exact share of dead networks, and units that die in
// training.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "claims/all_claims.hpp"
#include "claims/claim.hpp"
#include "claims/decay.hpp"
#include "claims/experiment_runner.hpp"
#include "claims/random_network.hpp"
#include "net/losses.hpp"

namespace plumb::claims {
namespace {

constexpr const char* kDeep = R"([network]
depth = 30
width = 128
activation = "relu"
init = ["he", "lecun"]
[data]
source = "shapes"
[train]
batch = 128
slice = 32
steps = 200
learning_rate = 0.05
[record]
every = 10
histogram_every = 100
)";

constexpr const char* kDying = R"([network]
depth = 3
width = 128
activation = "relu"
init = "he"
[data]
source = "teacher"
inputs = 128
[train]
batch = 256
slice = 32
steps = 100
learning_rate = [0.1, 1.0, 1.5]
seed = [1, 2, 3]
[record]
every = 33
histogram_every = 100
)";

constexpr std::size_t kDeadSeeds = 2000;
constexpr std::size_t kNormSeeds = 500;

void add_dead_networks(ExperimentRunner& runner, Findings& findings) {
  struct Case {
    std::size_t width;
    std::size_t depth;
  };
  for (const auto [width, depth] : {Case{2, 9}, Case{3, 9}, Case{4, 6}, Case{5, 9}, Case{6, 20}}) {
    const double expected = dead_probability(width, depth);
    findings.measurements.push_back(within(
        fmt::format("share of {} networks, {} layers of {} units, that are dead", kDeadSeeds, depth,
                    width),
        dead_share(width, depth, kDeadSeeds, runner.threads()), expected,
        binomial_tolerance(expected, kDeadSeeds), "1 - (1 - 2^-N)^H, binomial 99 % interval"));
  }
}

/// ln(||h_L||^2 / ||h_0||^2) has mean -5 beta/2 and variance 5 beta to first order in beta = L/n
/// (Hanin 2018), each layer adding terms of second order in 5/n.
void add_norms(ExperimentRunner& runner, Findings& findings) {
  constexpr std::size_t kWidth = 128;
  constexpr std::size_t kDepth = 20;
  const double beta = static_cast<double>(kDepth) / kWidth;
  const auto logs = log_norm_changes(kWidth, kDepth, kNormSeeds, runner.threads());
  const double second_order = kDepth * std::pow(5.0 / kWidth, 2);
  const double seeds = kNormSeeds;
  findings.measurements.push_back(within("He's variance: mean of ln(||h_L||^2 / ||h_0||^2)",
                                         mean(logs), -2.5 * beta,
                                         kNinetyNine * std::sqrt(5 * beta / seeds) + second_order,
                                         "-5 beta / 2, beta = sum 1/n (Hanin 2018); 99 %"));
  findings.measurements.push_back(within(
      "He's variance: its variance", variance(logs), 5 * beta,
      5 * beta * kNinetyNine * std::sqrt(2 / seeds) + second_order, "5 beta (Hanin 2018); 99 %"));
}

/// Share of dead hidden units at the last recorded step.
double final_dead_share(const TrainedNetwork& experiment) {
  const record::Table dead = experiment.history.table("activations/dead_fraction");
  double sum = 0;
  for (std::size_t l = 0; l + 1 < dead.cols; ++l) sum += dead.at(dead.rows - 1, l);
  return sum / static_cast<double>(dead.cols - 1);
}

/// Mean over seeds, by learning rate.
std::map<double, double> dead_shares(const std::vector<TrainedNetwork>& runs) {
  std::map<double, std::vector<double>> by_rate;
  for (const TrainedNetwork& experiment : runs) {
    by_rate[experiment.run.train.learning_rate].push_back(final_dead_share(experiment));
  }
  std::map<double, double> shares;
  for (const auto& [rate, values] : by_rate) shares[rate] = mean(values);
  return shares;
}

double final_loss(const TrainedNetwork& experiment) {
  return experiment.history.table("training/loss").values.back();
}

void add_dying(const std::map<double, double>& shares, Findings& findings) {
  double before = -1;
  std::size_t rises = 0;
  for (const auto& [rate, share] : shares) {
    rises += before >= 0 && share > before ? 1 : 0;
    before = share;
  }
  findings.measurements.push_back(
      exactly("rises of the share of dead units from one learning rate to the next",
              static_cast<double>(rises), static_cast<double>(shares.size() - 1),
              "0.1, 1, 1.5; three seeds each"));
}

Findings run(ExperimentRunner& runner) {
  const auto deep = runner.run(kDeep);
  const auto dead = dead_shares(runner.run(kDying));
  const net::ProblemShape problem{128, 10};
  const Decay he = measure_decay({deep[0].run.network, problem, 50}, runner.threads());
  const Decay lecun = measure_decay({deep[1].run.network, problem, 50}, runner.threads());
  const double chance =
      net::info_of(net::Loss::SoftmaxCrossEntropy).chance_level(std::vector<double>(9, 1.0 / 9));
  Findings findings;
  findings.measurements = {
      he.factor_measurement("n Var W = 2"), lecun.factor_measurement("n Var W = 1"),
      between("n Var W = 2: loss of 30 layers on shapes after 200 steps", final_loss(deep[0]), 0,
              0.95 * chance, "well below chance, ln 9"),
      within("n Var W = 1: loss of 30 layers on shapes after 200 steps", final_loss(deep[1]),
             chance, 0.03 * chance, "chance, ln 9: training stalls (He et al. 2015)")};
  add_norms(runner, findings);
  add_dead_networks(runner, findings);
  add_dying(dead, findings);
  const double layers = 29;
  findings.trials = {{"n Var W = 2: the gradient reaches the first of 30 layers",
                      std::pow(he.factor(), layers) > 0.1},
                     {"n Var W = 1: the gradient reaches the first of 30 layers",
                      std::pow(lecun.factor(), layers) > 0.1},
                     {"units die in training", dead.rbegin()->second > dead.begin()->second}};
  findings.condition = fmt::format(
      "n Var W = 2; with n Var W = 1 the gradient shrinks by {:.2f} a layer. Units do die: {:.1f} "
      "per cent at learning rate {}, {:.1f} at {}",
      lecun.factor(), 100 * dead.begin()->second, dead.begin()->first, 100 * dead.rbegin()->second,
      dead.rbegin()->first);
  return findings;
}

}  // namespace

Claim relu_cures_and_dies() {
  return {"relu_cures_and_dies", "ReLU cures vanishing gradients, but its units die.",
          "He et al. 2015, Hanin 2018, Lu et al. 2019", run};
}

}  // namespace plumb::claims
