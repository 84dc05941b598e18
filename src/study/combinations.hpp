// What no single key can say: values that fit their keys and make no sense together.
#pragma once

#include <vector>

#include "study/sweep.hpp"

namespace plumb::study {

/// Every run of the product must make sense. Throws core::UsageError for keys without effect,
/// pairs of values that contradict each other, a batch that is not a multiple of its slice,
/// snapshots after the last step, missing files, an evaluation without test data, and a product of
/// more than 100,000 runs.
void check_combinations(const std::vector<Sweep>& sweeps);

}  // namespace plumb::study
