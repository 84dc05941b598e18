// A study made ready to run on this job: its runs, their data, their layout, their files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/find_file.hpp"
#include "experiment/dataset_cache.hpp"
#include "study/study.hpp"

namespace plumb::cli {

/// What the user asked `plumbline run` to do.
struct RunOptions {
  std::string study_file;
  std::string output;  // empty: results/<study.name>
  std::vector<std::string> overrides;
  std::optional<std::size_t> index;
  std::optional<std::size_t> threads;
  std::string data_folder;  // empty: PLUMBLINE_DATA_DIR, else data
  bool dry_run = false;
  bool time = false;  // of a dry run: measure some steps
  bool quiet = false;
  bool force = false;
  std::vector<std::string> command_line;

  /// "run STUDY -o DIR --set KEY=VALUE --force": the options that must be equal on all ranks. Left
  /// out are those that may differ: threads (ranks agree on a number), the data folder (node-local
  /// copies), and how much rank 0 prints.
  [[nodiscard]] std::string must_be_equal() const;
};

struct RunPlan {
  study::Study study;
  std::vector<study::RunSettings> runs;  // those selected by --index
  std::filesystem::path output;
  data::SearchFolders data_folders;
  std::vector<std::size_t> threads;  // of this rank, by run

  [[nodiscard]] std::filesystem::path history_file(const study::RunSettings& run) const;
};

/// Collective: rank 0 reads the study file, all parse it, and every run's layout is checked.
/// Throws core::AgreedError.
RunPlan plan_runs(const comm::Communicator& world, const RunOptions& options);

/// Opens every data set once, so that a file that is missing or broken or not the same on all
/// ranks, or a network that does not suit its data, is found before hours of training, and before a
/// table of what they would cost. Unless quiet, rank 0 names large files before it reads them.
/// Collective; throws core::AgreedError.
void check_data(const comm::Communicator& world, const RunPlan& plan,
                experiment::DatasetCache& datasets, bool quiet);

}  // namespace plumb::cli
