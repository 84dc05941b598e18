#include "claims/run_claims.hpp"

#include <algorithm>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace plumb::claims {
namespace {

Report run_claim(const Claim& claim, const RunContext& context) {
  const core::Stopwatch stopwatch;
  ExperimentRunner runner(context, claim.id);
  Report report;
  report.id = claim.id;
  report.text = claim.text;
  report.source = claim.source;
  report.findings = claim.run(runner);
  report.histories = runner.histories();
  report.failed_checks = runner.failed_checks();
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

std::vector<Report> run_claims(const std::vector<Claim>& claims, const RunContext& context,
                               const Announcer& announcer) {
  std::vector<Report> reports;
  for (std::size_t place = 0; place < claims.size(); ++place) {
    announcer.starts(place, claims[place]);
    reports.push_back(run_claim(claims[place], context));
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
