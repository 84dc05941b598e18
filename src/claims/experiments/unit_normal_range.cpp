// Draws the weights of a network, trains it for a step, and counts the stored weights.
#include <cmath>

#include "claims/all_claims.hpp"
#include "claims/claim.hpp"
#include "claims/experiment_runner.hpp"

namespace plumb::claims {
namespace {

constexpr const char* kStudy = R"([network]
depth = 5
width = 256
activation = "sigmoid"
init = ["unit_normal", "unit_uniform"]
[data]
source = "teacher"
inputs = 256
[train]
batch = 32
slice = 16
steps = 1
[record]
snapshot_steps = [0]
)";

struct Count {
  std::size_t weights = 0;
  std::size_t outside = 0;
  [[nodiscard]] double share() const {
    return static_cast<double>(outside) / static_cast<double>(weights);
  }
};

Count count_outside_one(const TrainedNetwork& experiment) {
  Count count;
  for (std::size_t layer = 1; layer <= experiment.run.network.depth; ++layer) {
    const auto weights =
        experiment.history.table("snapshots/step_000000/W" + std::to_string(layer));
    count.weights += weights.values.size();
    for (const double weight : weights.values) count.outside += std::abs(weight) > 1 ? 1 : 0;
  }
  return count;
}

Findings run(ExperimentRunner& runner) {
  const auto experiments = runner.run(kStudy);
  const Count normal = count_outside_one(experiments[0]);
  const Count uniform = count_outside_one(experiments[1]);
  const double expected = std::erfc(std::sqrt(0.5));  // P(|N(0,1)| > 1) = .317
  Findings findings;
  findings.measurements = {
      within("share of N(0,1) weights outside [-1, 1]", normal.share(), expected,
             binomial_tolerance(expected, normal.weights),
             "erfc(1/sqrt(2)), binomial 99 % interval"),
      exactly("share of U[-1,1] weights outside [-1, 1]", uniform.share(), 0, "by definition")};
  findings.trials = {{"N(0,1), 256 x 256 x 5 weights", normal.outside == 0}};
  return findings;
}

}  // namespace

Claim unit_normal_range() {
  return {"unit_normal_range", "Weights drawn from N(0,1) lie in [-1, 1].", "normal distribution",
          run};
}

}  // namespace plumb::claims
