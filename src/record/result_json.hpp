// DIR/result.json: schema plumbline.result/1.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plumb::record {

struct Check {
  std::string name;
  bool passed = false;
  std::string detail;
};

/// What a run had to say about itself; see experiment/run_warnings.hpp.
struct Warning {
  std::string name;  // "dead_layer": for programs
  std::string text;  // one line, with the remedy
};

struct RunResult {
  std::int64_t index = 0;
  std::string label;
  std::string file;           // name of the history file, relative to result.json
  std::string settings_json;  // flat object of the study keys
  std::string status;         // "completed", "diverged"
  double samples_per_second = 0;
  double step_seconds_median = 0;
  double step_seconds_p95 = 0;
  std::optional<double> final_loss;
  std::optional<double> final_accuracy;
  std::vector<Check> verification;
  std::optional<std::int64_t> diverged_step;
  std::vector<Warning> warnings;  // known on rank 0
};

/// What happens to runs under other indices that a result.json already holds.
enum class OldRuns { Keep, Drop };

/// Writes DIR/result.json through a temporary name and a rename, always valid JSON, NaN
/// as null. Tasks of one Slurm array share the folder and keep each other's runs; a lock file in
/// DIR makes their merges take turns. Runs with the same index are replaced. provenance_json: one
/// JSON object. Throws core::IoError when the folder cannot be written or the file there is not one
/// of ours.
void write_result_json(const std::filesystem::path& folder, const std::string& provenance_json,
                       const std::vector<RunResult>& runs, OldRuns old_runs = OldRuns::Keep);

/// Reads it back. Throws core::IoError "FILE: ..." when it is missing or not one of ours.
std::vector<RunResult> read_result_json(const std::filesystem::path& file);

}  // namespace plumb::record
