// Pairs of values that fit their keys and cannot go together.
#pragma once

#include <vector>

#include "study/sweep.hpp"

namespace plumb::study {

/// Every run of the product must be possible: data.source = adding swept with network.family =
/// ["mlp", "rnn"] is refused. Throws core::UsageError.
void check_contradictions(const std::vector<Sweep>& sweeps);

}  // namespace plumb::study
