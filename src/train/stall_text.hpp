// How a wait without any news is told.
#pragma once

#include <string>

#include "comm/allreduce/tree_allreduce.hpp"

namespace plumb::train {

/// "waited 30 s for rank 3 and rank 5: what"
std::string stall_text(const comm::Communicator& communicator, const comm::Stall& stall,
                       const std::string& what);

}  // namespace plumb::train
