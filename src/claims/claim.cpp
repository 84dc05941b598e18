#include "claims/claim.hpp"

#include <algorithm>

namespace plumb::claims {

Verdict verdict_of(const Findings& findings) noexcept {
  const auto& measurements = findings.measurements;
  const auto& trials = findings.trials;
  const bool all_agree = std::all_of(measurements.begin(), measurements.end(),
                                     [](const Measurement& m) { return m.agrees(); });
  if (!all_agree || measurements.empty() || trials.empty()) return Verdict::NotReproduced;
  const auto held =
      std::count_if(trials.begin(), trials.end(), [](const Trial& trial) { return trial.holds; });
  if (held == 0) return Verdict::False;
  return held == std::ssize(trials) ? Verdict::Holds : Verdict::HoldsOnlyIf;
}

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds:
      return "holds";
    case Verdict::HoldsOnlyIf:
      return "holds only if";
    case Verdict::False:
      return "false";
    case Verdict::NotReproduced:
      return "not reproduced";
  }
  return "";
}

}  // namespace plumb::claims
