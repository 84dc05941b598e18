// A float32 sigmoid network of 80 layers: where its updates are absorbed by the weights, where a
// naive norm reports nothing, and where the deltas themselves are zero.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "claims/all_claims.hpp"
#include "claims/experiment_runner.hpp"
#include "claims/random_network.hpp"

namespace plumb::claims {
namespace {

constexpr const char* kStudy = R"([network]
depth = 80
width = 128
activation = "sigmoid"
init = "scaled"
weight_variance = 1
[data]
source = "teacher"
inputs = 128
[train]
batch = 64
slice = 32
steps = 3
learning_rate = 0.1
)";

constexpr std::size_t kSeeds = 20;
constexpr double kAbsorbed = 0.93;

/// By layers below the output: 1 is the last hidden layer.
std::vector<double> below_output(const TrainedNetwork& experiment, const std::string& name) {
  auto values = experiment.at_start(name);
  std::reverse(values.begin(), values.end());
  return values;
}

std::size_t first_at_least(const std::vector<double>& values, double least) {
  const auto found =
      std::find_if(values.begin(), values.end(), [least](double value) { return value >= least; });
  return static_cast<std::size_t>(found - values.begin());
}

struct Extremes {
  std::size_t least;
  std::size_t most;
};

Extremes extremes(const std::vector<VanishingDepth>& depths, std::size_t VanishingDepth::*which) {
  const auto [least, most] =
      std::minmax_element(depths.begin(), depths.end(),
                          [which](const auto& a, const auto& b) { return a.*which < b.*which; });
  return {(*least).*which, (*most).*which};
}

void add_range(const std::string& name, Extremes found, double low, double high,
               Findings& findings) {
  const std::string basis = "chi_1 = .0557 a layer, down to float32's smallest numbers; over seeds";
  findings.measurements.push_back(
      between(name + ", least of 20 seeds", static_cast<double>(found.least), low, high, basis));
  findings.measurements.push_back(
      between(name + ", most of 20 seeds", static_cast<double>(found.most), low, high, basis));
}

Findings run(ExperimentRunner& runner) {
  const auto trained = runner.run(kStudy);
  const auto unchanged = below_output(trained[0], "gradients/unchanged_fraction");
  const auto zero = below_output(trained[0], "gradients/zero_fraction");
  const std::size_t absorbed = first_at_least(unchanged, kAbsorbed);
  const auto depths = vanishing_depths(trained[0].run.network, 128, kSeeds, runner.threads());
  const Extremes naive = extremes(depths, &VanishingDepth::naive_norm_zero);
  const Extremes exact = extremes(depths, &VanishingDepth::delta_zero);
  Findings findings;
  findings.measurements = {
      within("layers below the output at which 93 % of the weights no longer change",
             static_cast<double>(absorbed), 10, 1,
             "|w|/|dw| >= 2^24 for most weights; chi_1 = .0557 a layer"),
      exactly("share of gradients that are zero there", zero[absorbed], 0,
              "they are 1e-8, far from float32's smallest")};
  add_range("layers below the output at which a naive norm is 0", naive, 31, 37, findings);
  add_range("layers below the output at which delta is 0", exact, 69, 72, findings);
  findings.trials = {
      {"the deepest layers receive exactly 0", exact.least > 0},
      {"a layer stops learning because its gradient is rounded to 0", zero[absorbed] > 0}};
  findings.condition = fmt::format(
      "the layer is about {} below the output; updates are lost {} below it already, absorbed by "
      "the weights",
      exact.least, absorbed);
  return findings;
}

}  // namespace

Claim small_gradients_zero() {
  return {"small_gradients_zero", "Small gradients are rounded to zero.",
          "IEEE 754; Micikevicius et al. 2018", run};
}

}  // namespace plumb::claims
