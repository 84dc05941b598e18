// Pooling that is asked for and comes after more convolutions than there are.
#pragma once

#include <vector>

#include "study/sweep.hpp"

namespace plumb::study {

/// Throws core::UsageError when even the deepest network of the study has fewer convolutions than a
/// network.pool_every that somebody wrote, or than its default where somebody wrote
/// network.pooling. Whether images are large enough only the data can tell: net/idle_pooling.hpp.
void check_pooling(const std::vector<Sweep>& sweeps);

}  // namespace plumb::study
