// Which rank follows which: the ranks of one node stand side by side.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace plumb::comm {

/// The ranks of a job in the order that sums use, whatever order the launcher dealt them out in.
struct NodeOrder {
  std::vector<int> world_ranks;     // by rank: its number in the launcher's order
  std::vector<int> nodes;           // by rank: its node, 0, 1, ... in order of appearance
  std::vector<int> ranks_of_nodes;  // by node: how many ranks it holds
};

/// node_of: by launcher's rank, any numbers that tell nodes apart. Nodes come in the order of their
/// lowest launcher's rank, ranks of a node in the launcher's order: so rank 0 stays rank 0, and an
/// order that is by node already stays as it is. The summation tree pairs ranks at distance 1, 2,
/// 4, ..., and its first exchanges are the largest: this order keeps them inside the nodes.
NodeOrder order_by_node(std::span<const int> node_of);

/// The first distance 1, 2, 4, ... at which a pair of the summation tree lies on two nodes although
/// some node holds more ranks than that; 0 when there is none, as with the same power of two of
/// ranks on every node.
int first_crossing(std::span<const int> ranks_of_nodes);

/// One line when exchanges of the summation tree that could stay inside a node cross the network;
/// empty when all is well. ranks_of_nodes: Communicator::ranks_of_nodes().
std::string placement_warning(std::span<const int> ranks_of_nodes);

/// One line when the number of ranks is no power of two; empty when it is.
std::string rank_count_warning(int ranks);

/// By rank of MPI_COMM_WORLD.
struct WorldMap {
  std::vector<int> node_of;  // the lowest rank of its node
  std::vector<std::string> hosts;
};

/// Collective over MPI_COMM_WORLD. Throws core::IoError.
WorldMap map_world();

}  // namespace plumb::comm
