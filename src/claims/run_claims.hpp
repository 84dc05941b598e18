// Runs claims one after the other.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "claims/claim.hpp"
#include "claims/experiment_runner.hpp"

namespace plumb::claims {

/// A claim, and what became of it.
struct Report {
  std::string id;
  std::string text;
  std::string source;
  Findings findings;
  Verdict verdict = Verdict::NotReproduced;
  std::vector<std::string> histories;      // relative to the context's folder
  std::vector<std::string> failed_checks;  // of its runs
  double seconds = 0;

  /// "holds", "holds only if the moon is full", "false", "not reproduced"
  [[nodiscard]] std::string conclusion() const;
};

/// Told before a claim is run, and after.
struct Announcer {
  std::function<void(std::size_t place, const Claim& claim)> starts = [](auto, const auto&) {};
  std::function<void(std::size_t place, const Report& report)> ends = [](auto, const auto&) {};
};

/// Every report has one measurement more: how many of the checks that its runs make of themselves
/// failed. Throws what the claims throw.
std::vector<Report> run_claims(const std::vector<Claim>& claims, const RunContext& context,
                               const Announcer& announcer);

/// 0, or core::ExitCode::VerificationFailed when a claim was not reproduced.
int exit_code(const std::vector<Report>& reports);

/// provenance_json: one JSON object. Always valid JSON; NaN and infinity are null.
std::string claims_json(const std::vector<Report>& reports, const std::string& provenance_json);

/// Histories that a claims.json names, relative to its folder; names that would lead elsewhere are
/// left out. Throws core::IoError "FILE: ..." when it is not one of ours.
std::vector<std::filesystem::path> histories_of(const std::filesystem::path& claims_json);

}  // namespace plumb::claims
