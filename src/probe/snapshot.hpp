// A snapshot's arrays by the contract's names.
#pragma once

#include "history/rows.hpp"
#include "net/parameter_layout.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// x, y, W1, b1, ..., dW1, db1, ... as views into the report's blocks, by the names of the layout's
/// tensors. inputs: numbers per sample.
history::Snapshot name_arrays(const train::SnapshotReport& report,
                              const net::ParameterLayout& layout, std::size_t inputs);

}  // namespace plumb::probe
