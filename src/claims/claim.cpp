#include "claims/claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

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

Measurement exactly(std::string name, double measured, double expected, std::string basis) {
  return {std::move(name), measured, expected, expected, expected, std::move(basis)};
}

Measurement within(std::string name, double measured, double expected, double tolerance,
                   std::string basis) {
  return {std::move(name),      measured,        expected, expected - tolerance,
          expected + tolerance, std::move(basis)};
}

Measurement between(std::string name, double measured, double low, double high, std::string basis) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  return {std::move(name), measured, none, low, high, std::move(basis)};
}

std::string expectation(const Measurement& m) {
  if (!std::isnan(m.expected)) {
    if (m.low == m.high) return fmt::format("{:.10g}", m.expected);
    return fmt::format("{:.5g} +- {:.2g}", m.expected, m.high - m.expected);
  }
  if (std::isinf(m.high)) return fmt::format(">= {:.5g}", m.low);
  if (std::isinf(m.low)) return fmt::format("<= {:.5g}", m.high);
  return fmt::format("{:.5g} .. {:.5g}", m.low, m.high);
}

double binomial_tolerance(double share, std::size_t trials) {
  const auto n = static_cast<double>(trials);
  return kNinetyNine * std::sqrt(share * (1 - share) / n) + 0.5 / n;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return sum / static_cast<double>(values.size() - 1);
}

}  // namespace plumb::claims
