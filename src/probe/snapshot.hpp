// A snapshot's arrays by the contract's names.
#pragma once

#include "net/parameter_layout.hpp"
#include "probe/rows.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// x, y, W1, b1, ..., dW1, db1, ... as views into the report's blocks.
Snapshot name_arrays(const train::SnapshotReport& report, const net::ParameterLayout& layout);

}  // namespace plumb::probe
