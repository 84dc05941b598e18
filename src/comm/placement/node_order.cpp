#include "comm/placement/node_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <map>
#include <numeric>
#include <span>

#include "comm/mpi_call.hpp"

namespace plumb::comm {
namespace {

/// Nodes numbered 0, 1, ... in the order in which the launcher's ranks meet them.
std::vector<int> number_nodes(std::span<const int> node_of) {
  std::map<int, int> numbers;
  std::vector<int> result;
  result.reserve(node_of.size());
  for (const int node : node_of) {
    result.push_back(numbers.try_emplace(node, static_cast<int>(numbers.size())).first->second);
  }
  return result;
}

std::vector<int> node_of_each_rank(std::span<const int> ranks_of_nodes) {
  std::vector<int> result;
  int node = 0;
  for (const int ranks : ranks_of_nodes) {
    result.insert(result.end(), static_cast<std::size_t>(ranks), node++);
  }
  return result;
}

bool crosses(const std::vector<int>& nodes, std::size_t distance) {
  for (std::size_t lower = 0; lower + distance < nodes.size(); ++lower) {
    if ((lower & distance) == 0 && nodes[lower] != nodes[lower + distance]) return true;
  }
  return false;
}

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

NodeOrder order_by_node(std::span<const int> node_of) {
  const std::vector<int> numbers = number_nodes(node_of);
  NodeOrder order;
  order.world_ranks.resize(numbers.size());
  std::iota(order.world_ranks.begin(), order.world_ranks.end(), 0);
  const auto node = [&](int world_rank) { return numbers[static_cast<std::size_t>(world_rank)]; };
  std::stable_sort(order.world_ranks.begin(), order.world_ranks.end(),
                   [&](int a, int b) { return node(a) < node(b); });
  for (const int world_rank : order.world_ranks) {
    order.nodes.push_back(node(world_rank));
    order.ranks_of_nodes.resize(static_cast<std::size_t>(order.nodes.back()) + 1);
    ++order.ranks_of_nodes.back();
  }
  return order;
}

int first_crossing(std::span<const int> ranks_of_nodes) {
  if (ranks_of_nodes.empty()) return 0;
  const std::vector<int> nodes = node_of_each_rank(ranks_of_nodes);
  const int largest = *std::max_element(ranks_of_nodes.begin(), ranks_of_nodes.end());
  for (int distance = 1; distance < largest; distance *= 2) {
    if (crosses(nodes, static_cast<std::size_t>(distance))) return distance;
  }
  return 0;
}

std::string placement_warning(std::span<const int> ranks_of_nodes) {
  const int distance = first_crossing(ranks_of_nodes);
  if (distance == 0) return {};
  const auto [fewest, most] = std::minmax_element(ranks_of_nodes.begin(), ranks_of_nodes.end());
  const std::string ranks =
      *fewest == *most ? fmt::format("{}", *most) : fmt::format("{} to {}", *fewest, *most);
  const unsigned better = std::bit_floor(static_cast<unsigned>(*most));
  return fmt::format(
      "{} nodes hold {} ranks each, so sums over ranks cross the network already between "
      "neighbours at distance {}; start the same power of two of ranks on every node (mpirun "
      "--map-by ppr:{}:node, srun --ntasks-per-node={})",
      ranks_of_nodes.size(), ranks, distance, better, better);
}

std::string rank_count_warning(int ranks) {
  const auto count = static_cast<unsigned>(ranks);
  if (std::has_single_bit(count)) return {};
  return fmt::format(
      "{} ranks are no power of two, which makes sums over ranks slower; start {} or {}", ranks,
      std::bit_floor(count), std::bit_ceil(count));
}

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
