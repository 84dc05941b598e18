// Nielsen's network, and the same layers with N(0,1) weights at small and at large width.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "claims/all_claims.hpp"
#include "claims/claim.hpp"
#include "claims/decay.hpp"
#include "claims/experiment_runner.hpp"

namespace plumb::claims {
namespace {

constexpr std::size_t kHidden = 4;
constexpr const char* kNielsen = R"([network]
depth = 4
width = 30
activation = "sigmoid"
init = "scaled"
weight_variance = 1
bias_variance = 1
[data]
samples = 1000
{}
[train]
batch = 1000
slice = 125
steps = 500
learning_rate = 0.1
weight_decay = 0.005
loss = "sigmoid_cross_entropy"
[record]
histogram_every = 100
)";

constexpr const char* kUnitNormal = R"([network]
depth = 16
width = [30, 512]
activation = "sigmoid"
init = "unit_normal"
[data]
source = "teacher"
inputs = 64
[train]
batch = 32
slice = 16
steps = 2
)";

struct Band {
  double low;
  double high;
};

// 95 % of seeds on MNIST (Nielsen's numbers: .00298 .01708 .0695 .2851).
constexpr Band kBands[kHidden] = {{.0011, .0041}, {.0065, .0207}, {.034, .094}, {.189, .430}};
constexpr Band kNeighbours = {3.7, 7.0};

/// Steps at which the norm of the mean delta rises strictly from the first to the last hidden
/// layer.
double rising_steps(const TrainedNetwork& nielsen) {
  const record::Table norm = nielsen.history.table("gradients/delta_mean_norm");
  std::size_t rising = 0;
  for (std::size_t step = 0; step < norm.rows; ++step) {
    bool rises = true;
    for (std::size_t l = 0; l + 1 < kHidden; ++l) {
      rises = rises && norm.at(step, l) < norm.at(step, l + 1);
    }
    rising += rises ? 1 : 0;
  }
  return static_cast<double>(rising);
}

void add_nielsen(const TrainedNetwork& nielsen, const std::string& data, Findings& findings) {
  const auto norm = nielsen.at_start("gradients/delta_mean_norm");
  const double rising = rising_steps(nielsen);
  findings.measurements.push_back(exactly(data + ": steps at which the norms rise with every layer",
                                          rising, 500, "Nielsen, chapter 5"));
  findings.measurements.push_back(
      between(data + ": ratio of neighbouring layers at step 0, geometric mean",
              std::cbrt(norm[kHidden - 1] / norm[0]), kNeighbours.low, kNeighbours.high,
              "95 % of seeds; 1/sqrt(chi_1) = 4.882"));
  findings.trials.push_back({"Nielsen's network on " + data, rising == 500});
}

void add_bands(const TrainedNetwork& mnist, Findings& findings) {
  const auto norm = mnist.at_start("gradients/delta_mean_norm");
  for (std::size_t l = 0; l < kHidden; ++l) {
    findings.measurements.push_back(between(fmt::format("mnist: norm of hidden layer {}", l + 1),
                                            norm[l], kBands[l].low, kBands[l].high,
                                            "95 % of seeds; Nielsen, chapter 5"));
  }
}

void add_unit_normal(const TrainedNetwork& run, double expected, std::size_t seeds,
                     ExperimentRunner& runner, Findings& findings) {
  const std::size_t width = run.run.network.width;
  const Decay decay = measure_decay({run.run.network, {64, 10}, seeds}, runner.threads());
  findings.measurements.push_back(mean_ratio_measurement(width, expected, decay));
  const auto delta = run.at_start("gradients/delta_rms");
  const bool first_is_slowest = std::min_element(delta.begin(), delta.end() - 1) == delta.begin();
  findings.trials.push_back({fmt::format("N(0,1) weights, width {}", width), first_is_slowest});
}

Findings run(ExperimentRunner& runner) {
  Findings findings;
  const auto shapes = runner.run(fmt::format(kNielsen, "source = \"shapes\""));
  add_nielsen(shapes[0], "shapes", findings);
  if (runner.has_mnist()) {
    const auto mnist = runner.run(fmt::format(kNielsen, "source = \"idx\"\npath = \"mnist\""));
    add_nielsen(mnist[0], "mnist", findings);
    add_bands(mnist[0], findings);
  }
  const auto normal = runner.run(kUnitNormal);
  add_unit_normal(normal[0], .741, 400, runner, findings);
  add_unit_normal(normal[1], 1.476, 10, runner, findings);
  const double critical = measured_critical_width(runner.threads());
  findings.measurements.push_back(critical_width_measurement(critical));
  findings.condition = fmt::format(
      "chi_1 < 1; with N(0,1) weights up to a width of about {:.0f}, beyond which the first layer "
      "is the fastest",
      critical);
  return findings;
}

}  // namespace

Claim first_layer_slowest() {
  return {"first_layer_slowest", "The first layer learns slowest.",
          "Nielsen, Neural Networks and Deep Learning, chapter 5; chi_1 with sigma_w^2 = n", run};
}

}  // namespace plumb::claims
