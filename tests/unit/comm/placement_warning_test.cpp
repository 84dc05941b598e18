#include "comm/placement/node_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace plumb::comm {
namespace {

using Ranks = std::vector<int>;

TEST(placement_warning, is_silent_when_all_first_exchanges_stay_inside_nodes) {
  EXPECT_EQ(placement_warning(Ranks{1}), "");
  EXPECT_EQ(placement_warning(Ranks{6}), "");
  EXPECT_EQ(placement_warning(Ranks{1, 1, 1}), "");
  EXPECT_EQ(placement_warning(Ranks{4, 4}), "");
}

TEST(placement_warning, names_numbers_that_are_no_power_of_two) {
  EXPECT_EQ(placement_warning(Ranks{6, 6}),
            "2 nodes hold 6 ranks each, so sums over ranks cross the network already between "
            "neighbours at distance 2; start the same power of two of ranks on every node (mpirun "
            "--map-by ppr:4:node, srun --ntasks-per-node=4)");
}

TEST(placement_warning, names_unequal_numbers) {
  const std::string text = placement_warning(Ranks{4, 2, 2});
  EXPECT_EQ(text.rfind("3 nodes hold 2 to 4 ranks each, ", 0), 0U) << text;
  EXPECT_NE(text.find("at distance 2;"), std::string::npos) << text;
}

TEST(rank_count_warning, speaks_of_everything_but_powers_of_two) {
  for (const int ranks : {1, 2, 4, 8, 1024}) EXPECT_EQ(rank_count_warning(ranks), "") << ranks;
  EXPECT_EQ(rank_count_warning(6),
            "6 ranks are no power of two, which makes sums over ranks slower; start 4 or 8");
  EXPECT_NE(rank_count_warning(3).find("start 2 or 4"), std::string::npos);
}

}  // namespace
}  // namespace plumb::comm
