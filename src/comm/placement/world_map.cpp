#include "comm/placement/world_map.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "comm/mpi_call.hpp"

namespace plumb::comm {
namespace {

/// What each rank tells the others about itself. Host names have at most 64 characters on Linux.
struct Place {
  int node = 0;
  std::array<char, 64> host{};
};

/// The lowest rank of MPI_COMM_WORLD that shares this rank's memory.
int lowest_rank_on_node(int world_rank) {
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node),
        "MPI_Comm_split_type");
  int lowest = world_rank;  // equal keys keep the order, so rank 0 of the node has it
  const int code = MPI_Bcast(&lowest, 1, MPI_INT, 0, node);
  MPI_Comm_free(&node);
  check(code, "MPI_Bcast");
  return lowest;
}

Place place_of(int world_rank) {
  Place place;
  place.node = lowest_rank_on_node(world_rank);
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  check(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
  const auto used = std::min(static_cast<std::size_t>(length), place.host.size());
  std::copy_n(name.begin(), used, place.host.begin());
  return place;
}

std::string text(std::span<const char> padded) {
  return {padded.begin(), std::find(padded.begin(), padded.end(), '\0')};
}

}  // namespace

WorldMap map_world() {
  int rank = 0;
  int size = 0;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size");
  const Place mine = place_of(rank);
  std::vector<Place> all(static_cast<std::size_t>(size));
  check(MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all.data(), sizeof mine, MPI_BYTE,
                      MPI_COMM_WORLD),
        "MPI_Allgather");
  WorldMap map;
  for (const Place& place : all) {
    map.node_of.push_back(place.node);
    map.hosts.push_back(text(place.host));
  }
  return map;
}

}  // namespace plumb::comm
