// A sentence about vanishing gradients, and the experiment that tries it. A measurement is one
// number that an experiment found, beside the number it should be, and how far a count or a mean
// may lie from what is expected before it is no accident.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace plumb::claims {

struct Measurement {
  std::string name;
  double measured = std::numeric_limits<double>::quiet_NaN();
  double expected = std::numeric_limits<double>::quiet_NaN();  // NaN: an interval only
  double low = 0;                                              // of what counts as agreement,
  double high = 0;                                             // both ends included
  std::string basis;  // where the expectation and the width of the interval come from

  /// NaN never agrees.
  [[nodiscard]] bool agrees() const noexcept { return measured >= low && measured <= high; }
};

/// The one number it must be, to the last bit.
Measurement exactly(std::string name, double measured, double expected, std::string basis);
/// expected - tolerance .. expected + tolerance. tolerance >= 0.
Measurement within(std::string name, double measured, double expected, double tolerance,
                   std::string basis);
/// Where only an interval is known; an end may be infinite.
Measurement between(std::string name, double measured, double low, double high, std::string basis);

/// The expectation as a reader wants it: "0.25", "1.476 +- 0.02", "31 .. 37", ">= 3".
std::string expectation(const Measurement& measurement);

/// Standard deviations of a normal distribution that 99 % of it lie within.
inline constexpr double kNinetyNine = 2.5758293035489;

/// Half the width of the interval around `share` that holds 99 % of the shares counted in `trials`
/// independent trials. One more half count: shares move in steps of 1 / trials.
double binomial_tolerance(double share, std::size_t trials);

double mean(std::span<const double> values);
/// Of the population the values are a sample of.
double variance(std::span<const double> values);

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
