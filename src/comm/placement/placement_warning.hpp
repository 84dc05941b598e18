// Does the number and the placement of ranks suit the sums over them?
#pragma once

#include <span>
#include <string>

namespace plumb::comm {

/// One line when exchanges of the summation tree that could stay inside a node cross the network;
/// empty when all is well. ranks_of_nodes: Communicator::ranks_of_nodes().
std::string placement_warning(std::span<const int> ranks_of_nodes);

/// One line when the number of ranks is no power of two; empty when it is.
std::string rank_count_warning(int ranks);

}  // namespace plumb::comm
