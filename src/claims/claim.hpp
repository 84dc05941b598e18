// A sentence about vanishing gradients, and the experiment that tries it.
#pragma once

#include <string>
#include <vector>

#include "claims/measurement.hpp"

namespace plumb::claims {

class ExperimentRunner;

/// One setting in which the claim was tried, and whether what was measured there bears it out.
struct Trial {
  std::string setting;
  bool holds = false;
};

/// What an experiment found. The measurements say whether the experiment itself can be believed:
/// each has a known answer. The trials say what becomes of the claim.
struct Findings {
  std::vector<Measurement> measurements;
  std::vector<Trial> trials;
  std::string condition;  // completes "holds only if ..."; read when only some trials hold
};

struct Claim {
  std::string id;      // file-name safe
  std::string text;    // as the article says it
  std::string source;  // of what is expected
  Findings (*run)(ExperimentRunner& runner);
};

enum class Verdict { Holds, HoldsOnlyIf, False, NotReproduced };

/// NotReproduced when a measurement does not agree, or nothing was measured or tried. Otherwise as
/// all, some or none of the trials hold.
Verdict verdict_of(const Findings& findings) noexcept;

/// "holds", "holds only if", "false", "not reproduced"
std::string to_string(Verdict verdict);

}  // namespace plumb::claims
