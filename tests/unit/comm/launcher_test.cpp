#include "comm/launcher.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "../cli/environment.hpp"
#include "comm/session.hpp"

namespace plumb::comm {
namespace {

using plumb::testing::Variable;

// The environment of a test.
std::map<std::string, std::string> environment;
const char* variable(const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? nullptr : found->second.c_str();
}

TEST(launcher_warning, speaks_up_when_the_environment_promises_more_ranks) {
  for (const Launcher& launcher : launchers()) {
    if (launcher.size == nullptr) continue;
    environment = {{launcher.size, "4"}, {launcher.rank, "0"}};
    const std::string alone = launcher_warning(1, variable);
    EXPECT_EQ(alone.rfind(fmt::format("launcher does not match the MPI library: {}=4, but this "
                                      "process is alone in its world; start it with ",
                                      launcher.size),
                          0),
              0U)
        << alone;
    EXPECT_EQ(launcher_warning(4, variable), "");
  }
}

TEST(launcher_warning, takes_a_rank_above_0_for_a_promise) {
  environment = {{"PALS_RANKID", "2"}};
  EXPECT_NE(launcher_warning(1, variable).find("PALS_RANKID=2"), std::string::npos);
  environment = {{"PALS_RANKID", "0"}};
  EXPECT_EQ(launcher_warning(1, variable), "");
}

TEST(launcher_warning, is_silent_about_one_rank_of_mpirun_in_a_larger_job) {
  environment = {{"SLURM_NTASKS", "4"}, {"OMPI_COMM_WORLD_SIZE", "1"}};
  EXPECT_EQ(launcher_warning(1, variable), "");
}

TEST(launcher_rank, is_the_innermost_launchers) {
  environment = {};
  EXPECT_EQ(launcher_rank(variable), std::nullopt);
  for (const char* name : {"SLURM_PROCID", "FLUX_TASK_RANK", "PALS_RANKID", "PMI_RANK", "PMIX_RANK",
                           "MV2_COMM_WORLD_RANK", "OMPI_COMM_WORLD_RANK"}) {
    environment[name] = std::to_string(environment.size());
    EXPECT_EQ(launcher_rank(variable), static_cast<long>(environment.size()) - 1) << name;
  }
}

TEST(prepare_environment, sets_what_the_user_has_not_set) {
  const Variable mpirun("OMPI_COMM_WORLD_SIZE", nullptr);
  const Variable pmix("PMIX_RANK", nullptr);
  const Variable yield("OMPI_MCA_mpi_yield_when_idle", "0");
  const Variable alone("OMPI_MCA_ess_singleton_isolated", nullptr);
  prepare_environment();
  EXPECT_STREQ(environment_variable("OMPI_MCA_mpi_yield_when_idle"), "0");
  EXPECT_STREQ(environment_variable("OMPI_MCA_ess_singleton_isolated"), "1");
}

TEST(prepare_environment, leaves_processes_of_a_launcher_their_daemon) {
  const Variable mpirun("OMPI_COMM_WORLD_SIZE", "2");
  const Variable yield("OMPI_MCA_mpi_yield_when_idle", nullptr);
  const Variable alone("OMPI_MCA_ess_singleton_isolated", nullptr);
  prepare_environment();
  EXPECT_STREQ(environment_variable("OMPI_MCA_mpi_yield_when_idle"), "1");
  EXPECT_EQ(environment_variable("OMPI_MCA_ess_singleton_isolated"), nullptr);
}

TEST(keepalive_warning, is_for_mpirun_on_several_nodes) {
  environment = {{"OMPI_COMM_WORLD_SIZE", "2"}};
  EXPECT_EQ(keepalive_warning(1, variable), "");
  const std::string text = keepalive_warning(2, variable);
  EXPECT_NE(text.find("one of the 2 nodes"), std::string::npos) << text;
  EXPECT_NE(text.find("--mca oob_tcp_keepalive_time 1 "), std::string::npos) << text;
}

TEST(keepalive_warning, is_silent_when_somebody_looks_after_the_nodes) {
  for (const auto& set : {std::map<std::string, std::string>{},
                          {{"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_MCA_oob_tcp_keepalive_time", "1"}},
                          {{"OMPI_COMM_WORLD_SIZE", "2"}, {"SLURM_JOB_ID", "1"}}}) {
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
