// Arrays of one step: /snapshots/step_NNNNNN.
#pragma once

#include "h5/file.hpp"
#include "history/rows.hpp"

namespace plumb::record {

/// One group of borrowed arrays. Each dimension name becomes a scale 0 .. n-1 in that group. Throws
/// core::IoError, and std::invalid_argument when shapes and dimensions contradict each other.
void write_snapshot_group(const h5::File& file, const history::Snapshot& snapshot);

}  // namespace plumb::record
