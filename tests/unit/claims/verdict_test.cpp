#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "claims/claim.hpp"
#include "claims/run_claims.hpp"
#include "core/error.hpp"

namespace plumb::claims {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

Findings findings(double measured, std::vector<Trial> trials) {
  return {{within("length", measured, 2, 0.5, "a ruler")}, std::move(trials), "it is short"};
}

Findings right(ExperimentRunner&) { return findings(2.25, {{"here", true}, {"there", false}}); }
Findings wrong(ExperimentRunner&) { return findings(3, {{"here", true}}); }

std::vector<Report> reports_of(const std::vector<Claim>& claims) {
  const RunContext context{nullptr, 1, "", "", false, "{}"};  // nothing is trained
  return run_claims(claims, context, {});
}

TEST(measurement, agrees_within_its_interval_both_ends_included) {
  EXPECT_TRUE(within("", 2.5, 2, 0.5, "").agrees());
  EXPECT_TRUE(within("", 1.5, 2, 0.5, "").agrees());
  EXPECT_FALSE(within("", 2.501, 2, 0.5, "").agrees());
  EXPECT_FALSE(within("", 1.499, 2, 0.5, "").agrees());
  EXPECT_TRUE(between("", 7, 7, kInfinite, "").agrees());
}

TEST(measurement, agrees_exactly_to_the_last_bit_only) {
  EXPECT_TRUE(exactly("", 0.25, 0.25, "").agrees());
  EXPECT_FALSE(exactly("", std::nextafter(0.25, 1), 0.25, "").agrees());
}

TEST(measurement, that_is_not_a_number_never_agrees) {
  EXPECT_FALSE(within("", kNone, 2, 0.5, "").agrees());
  EXPECT_FALSE(between("", kNone, -kInfinite, kInfinite, "").agrees());
}

TEST(measurement, says_what_was_expected) {
  EXPECT_EQ(expectation(exactly("", 1, 4278190080.0, "")), "4278190080");
  EXPECT_EQ(expectation(within("", 1, 1.476, 0.02, "")), "1.476 +- 0.02");
  EXPECT_EQ(expectation(between("", 1, 31, 37, "")), "31 .. 37");
  EXPECT_EQ(expectation(between("", 1, 3, kInfinite, "")), ">= 3");
  EXPECT_EQ(expectation(between("", 1, -kInfinite, 3, "")), "<= 3");
}

TEST(verdict, follows_from_how_many_trials_hold) {
  EXPECT_EQ(verdict_of(findings(2, {{"a", true}, {"b", true}})), Verdict::Holds);
  EXPECT_EQ(verdict_of(findings(2, {{"a", true}, {"b", false}})), Verdict::HoldsOnlyIf);
  EXPECT_EQ(verdict_of(findings(2, {{"a", false}, {"b", false}})), Verdict::False);
}

TEST(verdict, is_not_reproduced_when_one_measurement_does_not_agree) {
  Findings all = findings(2, {{"a", true}});
  all.measurements.push_back(exactly("", 1, 0, ""));
  EXPECT_EQ(verdict_of(all), Verdict::NotReproduced);
  all.trials = {{"a", false}};
  EXPECT_EQ(verdict_of(all), Verdict::NotReproduced);
}

TEST(verdict, is_not_reproduced_when_nothing_was_measured_or_tried) {
  EXPECT_EQ(verdict_of(findings(2, {})), Verdict::NotReproduced);
  EXPECT_EQ(verdict_of({{}, {{"a", true}}, ""}), Verdict::NotReproduced);
}

TEST(runner, gives_exit_code_0_when_every_claim_was_reproduced) {
  const auto reports = reports_of({{"right", "It is two long.", "", right}});
  EXPECT_EQ(reports[0].verdict, Verdict::HoldsOnlyIf);
  EXPECT_EQ(reports[0].conclusion(), "holds only if it is short");
  EXPECT_EQ(exit_code(reports), 0);
}

TEST(runner, gives_exit_code_2_when_one_claim_was_not_reproduced) {
  const auto reports = reports_of({{"right", "", "", right}, {"wrong", "", "", wrong}});
  EXPECT_EQ(reports[1].verdict, Verdict::NotReproduced);
  EXPECT_EQ(reports[1].conclusion(), "not reproduced");
  EXPECT_EQ(exit_code(reports), static_cast<int>(core::ExitCode::VerificationFailed));
}

TEST(runner, adds_the_runs_own_checks_to_the_measurements) {
  const auto reports = reports_of({{"right", "", "", right}});
  ASSERT_EQ(reports[0].findings.measurements.size(), 2U);
  EXPECT_EQ(reports[0].findings.measurements[1].measured, 0);
}

}  // namespace
}  // namespace plumb::claims
