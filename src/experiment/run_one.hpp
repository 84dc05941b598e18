// One network of a study: trained, recorded, verified; and what its history says before its first
// step.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "history/header.hpp"
#include "net/slice.hpp"
#include "probe/history_probe.hpp"
#include "record/result_json.hpp"
#include "study/study.hpp"
#include "theory/prediction.hpp"
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

/// Buckets count groups of parameters from 0, histories count stages from 1; a group that several
/// stages share (the time steps of a recurrent network) stands for all of them. In the order of
/// `buckets`. Throws std::invalid_argument for a bucket whose groups no stage uses.
std::vector<history::BucketInfo> layers_of_buckets(std::span<const train::BucketShape> buckets,
                                                   std::span<const net::Stage> stages);

/// Layers, model, theory, buckets (where record.buckets asks for them), study and provenance.
history::HistoryHeader header_of(const RunInputs& inputs, const probe::NetworkInfo& info,
                                 const theory::Prediction& prediction,
                                 std::span<const train::BucketShape> buckets);

}  // namespace plumb::experiment
