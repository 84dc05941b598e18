#include "comm/placement/node_order.hpp"

#include <gtest/gtest.h>

#include <random>

namespace plumb::comm {
namespace {

using Ranks = std::vector<int>;

NodeOrder order(const Ranks& node_of) { return order_by_node(node_of); }

TEST(node_order, leaves_ranks_alone_that_are_by_node_already) {
  const NodeOrder same = order({0, 0, 0, 0, 4, 4, 4, 4});
  EXPECT_EQ(same.world_ranks, (Ranks{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(same.nodes, (Ranks{0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(same.ranks_of_nodes, (Ranks{4, 4}));
}

TEST(node_order, gathers_ranks_that_were_dealt_out_in_turn) {
  const NodeOrder dealt = order({0, 1, 2, 0, 1, 2, 0, 1});  // mpirun --map-by node
  EXPECT_EQ(dealt.world_ranks, (Ranks{0, 3, 6, 1, 4, 7, 2, 5}));
  EXPECT_EQ(dealt.nodes, (Ranks{0, 0, 0, 1, 1, 1, 2, 2}));
  EXPECT_EQ(dealt.ranks_of_nodes, (Ranks{3, 3, 2}));
}

TEST(node_order, takes_nodes_in_the_order_of_their_lowest_rank_whatever_their_numbers) {
  const NodeOrder mixed = order({70, -3, 70, 5, -3});
  EXPECT_EQ(mixed.world_ranks, (Ranks{0, 2, 1, 4, 3}));
  EXPECT_EQ(mixed.nodes, (Ranks{0, 0, 1, 1, 2}));
  EXPECT_EQ(mixed.ranks_of_nodes, (Ranks{2, 2, 1}));
}

TEST(node_order, is_that_of_the_launcher_on_one_node_and_with_one_rank_per_node) {
  EXPECT_EQ(order({0, 0, 0}).world_ranks, (Ranks{0, 1, 2}));
  EXPECT_EQ(order({0, 0, 0}).ranks_of_nodes, (Ranks{3}));
  EXPECT_EQ(order({2, 1, 0}).world_ranks, (Ranks{0, 1, 2}));
  EXPECT_EQ(order({2, 1, 0}).ranks_of_nodes, (Ranks{1, 1, 1}));
}

TEST(node_order, holds_each_rank_once_keeps_rank_zero_and_sorts_within_nodes) {
  std::mt19937 random(17);
  for (int trial = 0; trial < 200; ++trial) {
    Ranks node_of(1 + random() % 40);
    for (int& node : node_of) node = static_cast<int>(random() % 7);
    const NodeOrder result = order(node_of);
    ASSERT_EQ(result.world_ranks.size(), node_of.size());
    EXPECT_EQ(result.world_ranks.front(), 0);
    std::vector<bool> seen(node_of.size(), false);
    for (std::size_t rank = 0; rank < node_of.size(); ++rank) {
      const auto world_rank = static_cast<std::size_t>(result.world_ranks[rank]);
      EXPECT_FALSE(seen[world_rank]);
      seen[world_rank] = true;
      if (rank == 0) continue;
      const auto before = static_cast<std::size_t>(result.world_ranks[rank - 1]);
      const bool same_node = node_of[world_rank] == node_of[before];
      EXPECT_EQ(result.nodes[rank] == result.nodes[rank - 1], same_node);
      EXPECT_TRUE(!same_node || before < world_rank);
    }
  }
}

TEST(first_crossing, is_nowhere_with_the_same_power_of_two_on_every_node) {
  for (const int ranks : {1, 2, 4, 8, 64}) {
    for (const std::size_t nodes : {1U, 2U, 3U, 8U}) {
      EXPECT_EQ(first_crossing(Ranks(nodes, ranks)), 0) << ranks << " on each of " << nodes;
    }
  }
  EXPECT_EQ(first_crossing({}), 0);
  EXPECT_EQ(first_crossing(Ranks{6}), 0);
}

TEST(first_crossing, is_found_by_hand_on_small_layouts) {
  EXPECT_EQ(first_crossing(Ranks{3, 3}), 1);     // 2 | 3
  EXPECT_EQ(first_crossing(Ranks{1, 2}), 1);     // 0 | 1
  EXPECT_EQ(first_crossing(Ranks{2, 1}), 0);     // 0-1, and only then 0 | 2
  EXPECT_EQ(first_crossing(Ranks{4, 2, 2}), 2);  // 4-5, 6-7, then 4 | 6 but 0-2
  EXPECT_EQ(first_crossing(Ranks{4, 4, 2}), 0);  // 8-9 have no partners at distance 2
  EXPECT_EQ(first_crossing(Ranks{6, 6}), 2);     // 4 | 6
  EXPECT_EQ(first_crossing(Ranks{12, 12}), 4);   // 8 | 12
}

}  // namespace
}  // namespace plumb::comm
