#include "comm/placement/placement_warning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "comm/placement/node_order.hpp"

namespace plumb::comm {

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

}  // namespace plumb::comm
