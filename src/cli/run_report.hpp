// What a run says: before it trains, what was read, which network and layout; when it has ended,
// what became of it and what its user should know. Rank 0 speaks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/run_plan.hpp"
#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "data/facts.hpp"
#include "experiment/dataset_cache.hpp"
#include "experiment/run_watch.hpp"
#include "record/result_json.hpp"

namespace plumb::cli {

/// "data: ...": source, file, samples of both splits, inputs, classes with their counts.
std::string data_line(const study::RunSettings& run, const data::Dataset& dataset,
                      const data::DataFacts& facts);
/// "network: ...": family, depth, parameters and their bytes.
std::string network_line(const study::RunSettings& run, const data::Dataset& dataset);
/// "layout: ...": ranks x threads, slices and samples of each.
std::string layout_line(const study::RunSettings& run, std::size_t ranks, std::size_t threads);

/// "completed  test loss 0.1  ...", "diverged at step 12  ...".
std::string outcome_text(const record::RunResult& result);

/// "reading FILE (1.2 GB) ..." on standard error, where the data of a run is large. Of rank 0.
void announce_large_file(const data::SearchFolders& folders, const study::RunSettings& run);

class RunReport {
 public:
  RunReport(const comm::Communicator& world, const RunPlan& plan, bool quiet)
      : world_(world), plan_(plan), quiet_(quiet) {}

  /// Collective. Looks at the data when it is another set than before, and prints the lines that
  /// differ from those of the last run; warnings about the data come once per set.
  void begin(std::size_t position, const data::Dataset& dataset,
             const experiment::DatasetCache& datasets);
  /// Of the run that has begun.
  train::Observer& watch() { return *watch_; }
  /// Rank 0: adds the warnings to the result, and prints those that no run had before.
  void finish(const data::Dataset& dataset, record::RunResult& result);
  /// Rank 0: one line for each warning that several runs have, and one about runs that diverged.
  void print_summary() const;

 private:
  void print_if_new(std::string& last, const std::string& line) const;

  const comm::Communicator& world_;
  const RunPlan& plan_;
  bool quiet_;
  std::size_t position_ = 0;
  std::size_t seen_sets_ = 0;
  data::DataFacts facts_;
  std::vector<record::Warning> about_data_;
  std::optional<experiment::RunWatch> watch_;
  std::string last_data_, last_network_, last_layout_;
  std::map<std::string, std::vector<std::string>> warned_;      // name: labels
  std::vector<std::pair<std::string, std::int64_t>> diverged_;  // label, step
};

}  // namespace plumb::cli
