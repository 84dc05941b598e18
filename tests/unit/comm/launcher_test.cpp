#include "comm/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace plumb::comm {
namespace {

TEST(launcher_warning, speaks_up_when_the_environment_promises_more_ranks) {
  const char* before = std::getenv("SLURM_NTASKS");
  const std::string saved = before == nullptr ? "" : before;
  ASSERT_EQ(setenv("SLURM_NTASKS", "4", 1), 0);
  const std::string alone = launcher_warning(1);
  EXPECT_EQ(alone.rfind("launcher does not match the MPI library: SLURM_NTASKS=4", 0), 0U) << alone;
  EXPECT_EQ(launcher_warning(4), "");
  ASSERT_EQ(before == nullptr ? unsetenv("SLURM_NTASKS") : setenv("SLURM_NTASKS", saved.c_str(), 1),
            0);
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
