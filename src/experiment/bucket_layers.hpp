// Which layers of a history the buckets of a gradient belong to.
#pragma once

#include <span>
#include <vector>

#include "net/stage.hpp"
#include "record/history_writer.hpp"
#include "train/observer.hpp"

namespace plumb::experiment {

/// Buckets count groups of parameters from 0, histories count stages from 1; a group that several
/// stages share (the time steps of a recurrent network) stands for all of them. In the order of
/// `buckets`. Throws std::invalid_argument for a bucket whose groups no stage uses.
std::vector<history::BucketInfo> layers_of_buckets(std::span<const train::BucketShape> buckets,
                                                   std::span<const net::Stage> stages);

}  // namespace plumb::experiment
