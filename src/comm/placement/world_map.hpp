// Private to this room: which rank runs where, asked from MPI.
#pragma once

#include <string>
#include <vector>

namespace plumb::comm {

/// By rank of MPI_COMM_WORLD.
struct WorldMap {
  std::vector<int> node_of;  // the lowest rank of its node
  std::vector<std::string> hosts;
};

/// Collective over MPI_COMM_WORLD. Throws core::IoError.
WorldMap map_world();

}  // namespace plumb::comm
