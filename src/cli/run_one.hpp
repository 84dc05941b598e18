// Trains and records one network of a study.
#pragma once

#include <filesystem>
#include <string>

#include "cli/progress.hpp"
#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "record/result_json.hpp"
#include "study/study.hpp"

namespace plumb::cli {

struct RunInputs {
  const comm::Communicator& world;
  const study::RunSettings& run;
  const data::Dataset& dataset;
  std::size_t threads;
  std::filesystem::path history_file;
  bool overwrite;
  std::string toml;
  std::string provenance_json;
};

struct RunOutputs {
  record::RunResult result;  // the same on every rank
  double seconds = 0;        // all steps
  double samples = 0;        // all steps
};

/// Collective. The history file stands under its final name on return.
/// Throws core::AgreedError when it could not be written.
RunOutputs run_one(const RunInputs& inputs, Progress& progress);

}  // namespace plumb::cli
