#include "comm/placement/node_order.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>

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

}  // namespace plumb::comm
