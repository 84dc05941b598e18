#include "comm/placement/placement_warning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "comm/launcher.hpp"

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

// The environment of a test: one variable more or less.
std::vector<std::string> environment;
const char* variable(const char* name) {
  return std::find(environment.begin(), environment.end(), name) != environment.end() ? "1"
                                                                                      : nullptr;
}

TEST(keepalive_warning, is_for_mpirun_on_several_nodes) {
  environment = {"OMPI_COMM_WORLD_SIZE"};
  EXPECT_EQ(keepalive_warning(1, variable), "");
  const std::string text = keepalive_warning(2, variable);
  EXPECT_NE(text.find("one of the 2 nodes"), std::string::npos) << text;
  EXPECT_NE(text.find("--mca oob_tcp_keepalive_time 1 "), std::string::npos) << text;
}

TEST(keepalive_warning, is_silent_when_somebody_looks_after_the_nodes) {
  for (const auto& set : {std::vector<std::string>{},
                          {"OMPI_COMM_WORLD_SIZE", "OMPI_MCA_oob_tcp_keepalive_time"},
                          {"OMPI_COMM_WORLD_SIZE", "SLURM_JOB_ID"}}) {
    environment = set;
    EXPECT_EQ(keepalive_warning(2, variable), "");
  }
}

TEST(first_of_its_program, is_each_program_s_lowest_rank) {
  for (const long first : {0L, 4L, 5L}) EXPECT_TRUE(is_first_of_its_program(first, "4 1 3"));
  for (const long later : {1L, 3L, 6L, 7L}) EXPECT_FALSE(is_first_of_its_program(later, "4 1 3"));
}

TEST(first_of_its_program, is_rank_zero_where_nothing_is_known_of_programs) {
  EXPECT_TRUE(is_first_of_its_program(0, ""));
  EXPECT_FALSE(is_first_of_its_program(1, ""));
  EXPECT_FALSE(is_first_of_its_program(1, "many"));
}

}  // namespace
}  // namespace plumb::comm
