// One network of a study: trained, recorded, verified.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "record/result_json.hpp"
#include "study/study.hpp"
#include "train/observer.hpp"

namespace plumb::experiment {

struct RunInputs {
  const comm::Communicator& world;
  const study::RunSettings& run;
  const data::Dataset& dataset;
  std::size_t threads;
  std::filesystem::path history_file;
  bool overwrite;
  std::string toml;
  std::string provenance_json;
  /// See train::TrainContext. By default long waits are not reported.
  std::function<void(const std::string&)> on_long_wait = {};
};

struct RunOutputs {
  record::RunResult result;  // the same on every rank
  double seconds = 0;        // all steps
  double samples = 0;        // all steps
};

/// Collective. The history file stands under its final name on return. `observers` are notified
/// like the recorder.
/// Throws core::AgreedError when the history could not be written or the network does not fit.
RunOutputs run_one(const RunInputs& inputs, std::span<train::Observer* const> observers);

}  // namespace plumb::experiment
