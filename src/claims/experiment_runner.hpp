// Where a claim's networks are trained: as `plumbline run` would, each with its history.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "record/history_reader.hpp"
#include "record/result_json.hpp"
#include "study/study.hpp"

namespace plumb::claims {

/// What all claims share.
struct RunContext {
  const comm::Communicator* world;  // of one rank; where nothing is trained it may be null
  std::size_t threads;              // at most; a network has no more than slices
  std::filesystem::path folder;     // a claim's histories lie in folder/ID
  std::filesystem::path data_folder;
  bool overwrite;
  std::string provenance_json;
};

/// A network that was trained, and what it left behind.
struct TrainedNetwork {
  study::RunSettings run;
  record::RunResult result;
  record::HistoryReader history;

  /// "gradients/delta_rms" at the first recorded step, by layer: 0 is the first hidden layer.
  [[nodiscard]] std::vector<double> at_start(const std::string& name) const;
};

/// Whether MNIST's training images lie in this data folder, raw or gzip.
bool has_mnist(const std::filesystem::path& data_folder);

class ExperimentRunner {
 public:
  /// Creates the claim's folder with the first history.
  ExperimentRunner(const RunContext& context, std::string claim_id)
      : context_(context), claim_id_(std::move(claim_id)) {}

  /// Trains every network of a study, in its order.
  /// Throws core::UsageError when the study is wrong, core::IoError when a history cannot be
  /// written.
  std::vector<TrainedNetwork> run(const std::string& study_toml);

  [[nodiscard]] std::size_t threads() const noexcept { return context_.threads; }
  /// Whether the data folder holds MNIST.
  [[nodiscard]] bool has_mnist() const { return claims::has_mnist(context_.data_folder); }
  /// "ID/NNNN-label.h5" of every network so far.
  [[nodiscard]] const std::vector<std::string>& histories() const noexcept { return histories_; }
  /// Checks that the runs made of themselves and that failed, as "label: name: detail".
  [[nodiscard]] const std::vector<std::string>& failed_checks() const noexcept { return failed_; }

 private:
  TrainedNetwork run_one(const study::Study& study, study::RunSettings run);

  const RunContext& context_;
  std::string claim_id_;
  std::vector<std::string> histories_;
  std::vector<std::string> failed_;
};

}  // namespace plumb::claims
