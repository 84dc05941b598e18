// The derivative of every float, computed by the kernel that trains networks, and in a network
// whose weights drive units far into saturation.
#include <fmt/format.h>

#include <algorithm>

#include "claims/all_claims.hpp"
#include "claims/experiment_runner.hpp"
#include "claims/float_scan.hpp"

namespace plumb::claims {
namespace {

// N(0,1) weights at this width: pre-activations of standard deviation 15, beyond 16.6 in a quarter
// of all units.
constexpr const char* kSaturated = R"([network]
depth = 4
width = 512
activation = "sigmoid"
init = "unit_normal"
[data]
source = "teacher"
inputs = 64
[train]
batch = 64
slice = 32
steps = 1
)";

// e^-|x| leaves float32's normal numbers at 126 ln 2 and its subnormal ones at 150 ln 2.
constexpr double kSmallestNormal = 87.336;
constexpr double kSmallestSubnormal = 103.973;
constexpr double kTwentyFourBits = 16.635532;  // 24 ln 2: 1 + e^-x rounds to 1

double largest_dead_fraction(ExperimentRunner& runner) {
  const auto dead = runner.run(kSaturated).front().at_start("activations/dead_fraction");
  return *std::max_element(dead.begin(), dead.end() - 1);  // the output layer is linear
}

void add_trials(const FloatScan& scan, Findings& findings) {
  const bool bounded = scan.largest <= 0.25F;
  findings.trials = {{"float32, s(x) s(-x), |x| < 87", bounded && scan.zero_from > 87},
                     {"float32, s(x) s(-x), every float", bounded && scan.zero_from > 1e38F},
                     {"float32, s (1 - s), |x| < 87",
                      bounded && scan.naive_zero_from > 87 && scan.naive_zero_below > 87}};
  findings.condition = fmt::format(
      "|x| stays below {:.1f} in float32; for a derivative computed as s (1 - s), x "
      "below {:.3f}",
      scan.zero_from, scan.naive_zero_from);
}

Findings run(ExperimentRunner& runner) {
  const FloatScan scan = scan_all_floats(runner.threads());
  Findings findings;
  findings.measurements = {
      exactly("finite floats looked at", static_cast<double>(scan.floats), 4278190080.0,
              "2^32 - 2^24: all but the exponent of infinity"),
      exactly("largest derivative over all floats", scan.largest, 0.25, "s(0) s(0)"),
      exactly("derivative at 0", scan.at_zero, 0.25, "s(0) s(0)"),
      within("x from which on s (1 - s) is exactly 0 in float32", scan.naive_zero_from,
             kTwentyFourBits, 5e-4, "24 ln 2: 1 + e^-x rounds to 1"),
      between("|x| below which s (1 - s) of negative x is not 0", scan.naive_zero_below,
              kSmallestNormal, kSmallestSubnormal, "e^-|x| between 2^-126 and 2^-150"),
      between("|x| below which s(x) s(-x) is not 0", scan.zero_from, kSmallestNormal,
              kSmallestSubnormal, "e^-|x| between 2^-126 and 2^-150"),
      exactly("share of units of a saturated network with derivative 0",
              largest_dead_fraction(runner), 0, "pre-activations of standard deviation 15")};
  add_trials(scan, findings);
  return findings;
}

}  // namespace

Claim sigmoid_derivative() {
  return {"sigmoid_derivative", "The sigmoid's derivative lies in (0, 1/4].",
          "analysis; IEEE 754 binary32", run};
}

}  // namespace plumb::claims
