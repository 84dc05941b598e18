// What is in the folder that results go to, and may it be touched?
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/run_plan.hpp"
#include "comm/communicator.hpp"
#include "record/result_json.hpp"

namespace plumb::cli {

/// Creates the folder if need be, and throws core::IoError when nothing can be written there:
/// better now than after the first hour of training.
void require_writable(const std::filesystem::path& folder);

class OutputFolder {
 public:
  /// Collective; rank 0 looks. Refuses results that are there unless --force, a result.json that is
  /// not one of ours, and a folder that cannot be written. Changes nothing that is there.
  /// Throws core::AgreedError.
  OutputFolder(const comm::Communicator& world, const RunOptions& options, const RunPlan& plan);

  /// Rank 0: adds a finished run to result.json. With --force the first call also drops what the
  /// new study replaces: old runs, and their histories. Throws core::IoError.
  void add(const record::RunResult& run, const std::string& provenance_json);

  /// Rank 0: one line about the results that --force will replace or remove; empty when there are
  /// none, and elsewhere.
  [[nodiscard]] std::string removals() const;

 private:
  void find_rewritten(const RunPlan& plan);
  void find_replaced(const RunOptions& options, const RunPlan& plan);

  std::filesystem::path folder_;
  bool whole_study_;
  bool first_ = true;
  std::vector<std::filesystem::path> replaced_;   // histories of runs that are replaced
  std::vector<std::filesystem::path> rewritten_;  // files that the new ones overwrite
};

}  // namespace plumb::cli
