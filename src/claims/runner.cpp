#include "claims/runner.hpp"

#include <algorithm>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace plumb::claims {
namespace {

Report run_claim(const Claim& claim, const Workplace& workplace) {
  const core::Stopwatch stopwatch;
  Laboratory laboratory(workplace, claim.id);
  Report report;
  report.id = claim.id;
  report.text = claim.text;
  report.source = claim.source;
  report.findings = claim.run(laboratory);
  report.histories = laboratory.histories();
  report.failed_checks = laboratory.failed_checks();
  report.findings.measurements.push_back(exactly("checks of its own runs that failed",
                                                 static_cast<double>(report.failed_checks.size()),
                                                 0, "every run verifies itself"));
  report.verdict = verdict_of(report.findings);
  report.seconds = stopwatch.elapsed();
  return report;
}

}  // namespace

std::string Report::conclusion() const {
  const std::string name = to_string(verdict);
  return verdict == Verdict::HoldsOnlyIf ? name + " " + findings.condition : name;
}

std::vector<Report> run_claims(const std::vector<Claim>& claims, const Workplace& workplace,
                               const Announcer& announcer) {
  std::vector<Report> reports;
  for (std::size_t place = 0; place < claims.size(); ++place) {
    announcer.starts(place, claims[place]);
    reports.push_back(run_claim(claims[place], workplace));
    announcer.ends(place, reports.back());
  }
  return reports;
}

int exit_code(const std::vector<Report>& reports) {
  const bool all = std::none_of(reports.begin(), reports.end(), [](const Report& report) {
    return report.verdict == Verdict::NotReproduced;
  });
  return static_cast<int>(all ? core::ExitCode::Done : core::ExitCode::VerificationFailed);
}

}  // namespace plumb::claims
