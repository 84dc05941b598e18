// Learning rates from too small to too large. Where the loss begins to rise follows from the output
// layer alone, whose part of the squared error is a quadratic function of its weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "claims/all_claims.hpp"
#include "claims/experiment_runner.hpp"

namespace plumb::claims {
namespace {

constexpr std::size_t kHidden = 4;
constexpr const char* kStudy = R"([network]
depth = 4
width = 30
activation = "sigmoid"
init = "scaled"
[data]
samples = 256
[train]
batch = 256
slice = 32
steps = 200
learning_rate = {}
loss = "mean_squared_error"
precision = "float64"
[record]
histogram_every = 100
)";

std::string study_of(const std::string& learning_rates) {
  return fmt::format(kStudy, learning_rates);
}

/// First hidden layer's relative update in units of the output layer's, at step 0.
double relative_speed(const TrainedNetwork& experiment) {
  const auto updates = experiment.at_start("gradients/update_ratio");
  return updates.front() / updates.back();
}

double final_loss(const TrainedNetwork& experiment) {
  return experiment.history.table("training/loss").values.back();
}

bool converges(const TrainedNetwork& experiment) {
  const record::Table loss = experiment.history.table("training/loss");
  return experiment.result.status == "completed" && loss.values.back() < loss.values.front();
}

/// Largest loss of the first steps, in units of the first.
double early_rise(const TrainedNetwork& experiment) {
  constexpr std::size_t kFirst = 10;
  const auto loss = experiment.history.table("training/loss").values;
  const auto last = loss.begin() + static_cast<std::ptrdiff_t>(std::min(kFirst, loss.size()));
  return *std::max_element(loss.begin(), last) / loss.front();
}

/// The layer, counted from 1, whose update is first as large as its weights; 0: none.
std::size_t first_to_diverge(const TrainedNetwork& experiment) {
  const record::Table updates = experiment.history.table("gradients/update_ratio");
  for (std::size_t step = 0; step < updates.rows; ++step) {
    const auto row = std::span(updates.values).subspan(step * updates.cols, updates.cols);
    const auto largest = std::max_element(row.begin(), row.end());
    if (*largest >= 1) return static_cast<std::size_t>(largest - row.begin()) + 1;
  }
  return 0;
}

struct StepRange {
  double low;
  double high;
};

/// Gradient descent on 1/2 ||a W + b - y||^2 is stable up to 2/lambda, lambda the largest
/// eigenvalue of the mean of (a, 1)(a, 1)^T: at most its trace, 1 + n (m^2 + s^2), and at least 1 +
/// n m^2, with m and s the last hidden layer's mean and deviation.
StepRange largest_step(const TrainedNetwork& experiment) {
  const double m = experiment.at_start("activations/mean")[kHidden - 1];
  const double s = experiment.at_start("activations/std")[kHidden - 1];
  const auto n = static_cast<double>(experiment.run.network.width);
  return {2 / (1 + n * (m * m + s * s)), 2 / (1 + n * m * m)};
}

/// Relative rounding of the smallest update: W takes it up to eps ||W||.
double rounding(const std::vector<TrainedNetwork>& experiments) {
  double smallest = 1;
  for (const TrainedNetwork& experiment : experiments) {
    const auto updates = experiment.at_start("gradients/update_ratio");
    smallest = std::min(smallest, *std::min_element(updates.begin(), updates.end()));
  }
  return std::numeric_limits<double>::epsilon() / smallest;
}

void add_speeds(const std::vector<TrainedNetwork>& small, Findings& findings) {
  const double reference = relative_speed(small.back());
  for (const TrainedNetwork& experiment : std::span(small).first(small.size() - 1)) {
    findings.measurements.push_back(within(
        fmt::format("rate {}: speed of the first layer over the output layer's, in units of {}'s",
                    experiment.run.train.learning_rate, small.back().run.train.learning_rate),
        relative_speed(experiment) / reference, 1, rounding(small),
        "independent of the step, up to float64's rounding of W"));
  }
}

/// Below 2/lambda, beyond it, and beyond 2, where nothing that the hidden layers do can help: the
/// output layer's bias alone has a curvature of 1.
void add_limits(const std::vector<TrainedNetwork>& around, Findings& findings) {
  const std::string basis = "2/lambda of the output layer's quadratic loss";
  findings.measurements.push_back(
      exactly(fmt::format("rate {:.3f}, 20 % below 2/lambda: largest early loss over the first",
                          around[0].run.train.learning_rate),
              early_rise(around[0]), 1, basis));
  findings.measurements.push_back(
      between(fmt::format("rate {:.3f}, 25 % beyond 2/lambda: largest early loss over the first",
                          around[1].run.train.learning_rate),
              early_rise(around[1]), 1.1, std::numeric_limits<double>::infinity(), basis));
  findings.measurements.push_back(exactly("rate 2.5: networks of one that converge",
                                          converges(around[2]) ? 1 : 0, 0,
                                          "|1 - 2.5| > 1 for the output layer's bias"));
  findings.measurements.push_back(exactly("rate 2.5: the layer that diverges first",
                                          static_cast<double>(first_to_diverge(around[2])),
                                          kHidden + 1, "the output layer"));
}

Findings run(ExperimentRunner& runner) {
  const auto small = runner.run(study_of("[0.0001, 0.01, 0.1]"));
  const StepRange limit = largest_step(small.back());
  // The hidden layers bend the loss a little, too: a fifth on either side.
  const auto around = runner.run(
      study_of(fmt::format("[{:.4f}, {:.4f}, 2.5]", limit.low * 0.8, limit.high * 1.25)));
  const bool slow =
      final_loss(small[0]) > final_loss(small[1]) && final_loss(small[1]) > final_loss(small[2]);
  Findings findings;
  add_speeds(small, findings);
  add_limits(around, findings);
  findings.trials = {{"smaller steps end with larger losses", slow},
                     {"a large step does not converge", !converges(around[2])}};
  return findings;
}

}  // namespace

Claim step_size() {
  return {"step_size", "A small step is slow, a large one does not converge.",
          "gradient descent on a quadratic function", run};
}

}  // namespace plumb::claims
