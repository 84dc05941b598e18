// What the history of a run says before its first step.
#pragma once

#include <span>
#include <vector>

#include "experiment/run_one.hpp"
#include "history/header.hpp"
#include "net/stage.hpp"
#include "probe/history_probe.hpp"
#include "theory/prediction.hpp"
#include "train/observer.hpp"

namespace plumb::experiment {

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
