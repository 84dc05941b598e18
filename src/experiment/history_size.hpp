// What a run would leave on the disk, before it runs.
#pragma once

#include "experiment/run_one.hpp"

namespace plumb::experiment {

/// Bytes of the run's history, by writing its header and first rows into memory. Histograms are
/// taken to be as well compressed as those of normally distributed gradients. Of any rank.
double expected_history_bytes(const RunInputs& inputs);

}  // namespace plumb::experiment
