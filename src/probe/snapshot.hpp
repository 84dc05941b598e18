// A snapshot's arrays by the contract's names.
#pragma once

#include "history/rows.hpp"
#include "net/parameter_layout.hpp"
#include "net/settings.hpp"
#include "train/observer.hpp"

namespace plumb::probe {

/// x, y, W1, b1, ..., dW1, db1, ... as views into the report's blocks; of a recurrent cell W1 and
/// U1. inputs: numbers per sample.
history::Snapshot name_arrays(const train::SnapshotReport& report,
                              const net::ParameterLayout& layout,
                              const net::NetworkSettings& network, std::size_t inputs);

}  // namespace plumb::probe
