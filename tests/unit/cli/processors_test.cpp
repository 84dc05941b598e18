#include "cli/processors.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "../h5/temporary_folder.hpp"
#include "cli/warnings.hpp"
#include "environment.hpp"

namespace plumb::cli {
namespace {

using plumb::testing::TemporaryFolder;
using plumb::testing::Variable;

// A made-up /proc and /sys.
class Machine {
 public:
  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path file = folder_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  [[nodiscard]] SystemFolders folders() const {
    const std::filesystem::path root = folder_.path();
    return {root / "proc", root / "cgroup", root / "cpu", root / "shm"};
  }

 private:
  TemporaryFolder folder_;
};

std::vector<int> first(int count) {
  std::vector<int> processors;
  for (int i = 0; i < count; ++i) processors.push_back(i);
  return processors;
}

/// Of a machine of `online`, all of them allowed.
Processors whole_machine(int online, std::size_t sharers = 1) {
  Processors all;
  all.allowed = first(online);
  all.online = static_cast<std::size_t>(online);
  all.sharers = sharers;
  return all;
}

TEST(processors, are_written_as_ranges) {
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(to_text({3}), "3");
  EXPECT_EQ(to_text({0, 1, 2, 3, 8}), "0-3,8");
  EXPECT_EQ(to_text({0, 2, 4, 5}), "0,2,4-5");
}

TEST(processors, of_this_process_are_some_of_the_machines) {
  const Processors mine = processors();
  EXPECT_GE(mine.allowed.size(), 1U);
  EXPECT_GE(mine.online, 1U);
}

TEST(cpu_quota, of_cgroup_2_is_quota_over_period) {
  Machine machine;
  machine.write("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(cpu_quota(machine.folders()), std::nullopt);
  machine.write("cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(cpu_quota(machine.folders()), std::nullopt);
  machine.write("cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpu_quota(machine.folders()), 0.5);
}

TEST(cpu_quota, is_the_smallest_of_the_groups_around_the_process) {
  Machine machine;
  machine.write("proc/self/cgroup", "0::/user.slice/job\n");
  machine.write("cgroup/user.slice/cpu.max", "150000 100000\n");
  machine.write("cgroup/user.slice/job/cpu.max", "400000 100000\n");
  EXPECT_EQ(cpu_quota(machine.folders()), 1.5);
}

TEST(cpu_quota, of_cgroup_1_is_in_two_files_whatever_its_folder_is_called) {
  for (const std::string name : {"cpu", "cpu,cpuacct"}) {
    Machine machine;
    machine.write("proc/self/cgroup", "7:memory:/a\n5:cpuset:/\n4:" + name + ":/docker/abc\n");
    machine.write("cgroup/" + name + "/cpu.cfs_quota_us", "-1\n");
    machine.write("cgroup/" + name + "/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(cpu_quota(machine.folders()), std::nullopt);
    machine.write("cgroup/" + name + "/docker/abc/cpu.cfs_quota_us", "250000\n");
    machine.write("cgroup/" + name + "/docker/abc/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(cpu_quota(machine.folders()), 2.5) << name;
  }
}

TEST(cpu_quota, of_a_container_that_sees_its_own_group_as_root) {
  Machine machine;
  machine.write("proc/self/cgroup", "4:cpu,cpuacct:/docker/not-here\n");
  machine.write("cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
  machine.write("cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpu_quota(machine.folders()), 0.5);
}

TEST(physical_cores, count_hyper_threads_of_one_core_once) {
  Machine machine;
  EXPECT_EQ(physical_cores({0, 1}, machine.folders()), 0U);
  for (const int cpu : {0, 1, 2, 3}) {
    machine.write("cpu/cpu" + std::to_string(cpu) + "/topology/core_cpus_list",
                  cpu % 2 == 0 ? "0,2\n" : "1,3\n");
  }
  EXPECT_EQ(physical_cores({0, 1, 2, 3}, machine.folders()), 2U);
  EXPECT_EQ(physical_cores({0, 2}, machine.folders()), 1U);
  machine.write("cpu/cpu4/topology/thread_siblings_list", "4\n");
  EXPECT_EQ(physical_cores({2, 4}, machine.folders()), 2U);
}

TEST(load, is_the_last_minutes) {
  Machine machine;
  EXPECT_EQ(load(machine.folders()), std::nullopt);
  machine.write("proc/loadavg", "2.25 1.00 0.50 3/200 4711\n");
  EXPECT_EQ(load(machine.folders()), 2.25);
}

TEST(default_threads, are_the_processors_of_a_rank_that_is_bound) {
  Processors bound;
  bound.allowed = {4, 5, 6};
  bound.online = 16;
  EXPECT_EQ(default_threads(bound, 2, 100), 3U);
}

TEST(default_threads, are_a_share_of_the_machine_for_a_rank_that_is_not_bound) {
  EXPECT_EQ(default_threads(whole_machine(8, 1), 1, 100), 8U);
  EXPECT_EQ(default_threads(whole_machine(8, 3), 3, 100), 2U);
  EXPECT_EQ(default_threads(whole_machine(8, 16), 16, 100), 1U);
}

TEST(default_threads, are_a_share_of_what_several_ranks_are_bound_to) {
  Processors socket;
  socket.allowed = first(8);
  socket.online = 16;
  socket.sharers = 2;
  EXPECT_EQ(default_threads(socket, 4, 100), 4U);
}

TEST(default_threads, are_never_more_than_the_slices_and_never_none) {
  EXPECT_EQ(default_threads(whole_machine(4), 1, 3), 3U);
  EXPECT_EQ(default_threads(whole_machine(4), 1, 0), 1U);
}

TEST(default_threads, are_the_quota_rounded_up) {
  Processors container = whole_machine(8);
  for (const auto& [quota, threads] : {std::pair(0.5, 1U), {1.0, 1U}, {2.5, 3U}, {20.0, 8U}}) {
    container.quota = quota;
    EXPECT_EQ(default_threads(container, 1, 100), threads) << quota;
  }
  container.quota = 3.5;
  container.sharers = 2;
  EXPECT_EQ(default_threads(container, 2, 100), 2U);
}

TEST(default_threads, leave_out_hyper_threads) {
  Processors laptop = whole_machine(8);
  laptop.cores = 4;
  EXPECT_EQ(default_threads(laptop, 1, 100), 4U);
}

// What mpirun would have set; a test may itself run under one, or in a job of Slurm's.
class binding_warning_of : public ::testing::Test {
  Variable mpirun_{"OMPI_COMM_WORLD_SIZE", "2"};
  Variable slurm_{"SLURM_JOB_ID", nullptr};
};

TEST_F(binding_warning_of, more_threads_than_processors_is_given) {
  EXPECT_EQ(binding_warning(whole_machine(4), 4, 1), "");
  EXPECT_EQ(
      binding_warning(whole_machine(4), 5, 1).rfind("5 threads share 4 processor(s) (0-3)", 0), 0U);
  EXPECT_EQ(binding_warning(whole_machine(4, 2), 4, 2),
            "2 ranks x 4 threads share the 4 processors of this node");
}

TEST_F(binding_warning_of, ranks_bound_to_the_same_processors_is_given) {
  Processors socket;
  socket.allowed = first(4);
  socket.online = 64;
  socket.sharers = 2;
  EXPECT_EQ(
      binding_warning(socket, 4, 2).rfind("2 ranks x 4 threads share 4 processor(s) (0-3)", 0), 0U);
}

TEST_F(binding_warning_of, ranks_bound_to_one_core_each_of_a_larger_node_is_given) {
  Processors core;
  core.allowed = {3};
  core.online = 64;
  EXPECT_EQ(
      binding_warning(core, 1, 1).rfind("this rank, the only one of its node, uses 1 of 64", 0),
      0U);
  EXPECT_EQ(binding_warning(core, 1, 2).rfind("2 ranks x 1 thread(s) use 2 of the 64", 0), 0U);
  EXPECT_EQ(binding_warning(core, 1, 64), "");
  core.allowed = {3, 67};  // a core of two hyper-threads
  core.online = 128;
  core.cores = 1;
  EXPECT_NE(binding_warning(core, 1, 63), "");
  EXPECT_EQ(binding_warning(core, 1, 64), "");
}

TEST_F(binding_warning_of, a_quota_below_the_workers_is_given) {
  Processors container = whole_machine(8);
  container.quota = 2.5;
  EXPECT_EQ(binding_warning(container, 3, 1), "");
  const std::string many = binding_warning(container, 4, 1);
  EXPECT_NE(many.find("4 thread(s) share the time of 2.5 processor(s)"), std::string::npos) << many;
  container.quota = 0.5;
  const std::string small = binding_warning(container, 1, 1);
  EXPECT_NE(small.find("raise the quota"), std::string::npos) << small;
  EXPECT_EQ(small.find("fewer"), std::string::npos) << small;
}

TEST(shared_memory_warning, is_given_where_messages_of_several_ranks_do_not_fit) {
  EXPECT_EQ(shared_memory_warning(64'000'000, 8), "");
  EXPECT_EQ(shared_memory_warning(64'000, 1), "");
  EXPECT_EQ(shared_memory_warning(std::nullopt, 8), "");
  const std::string text = shared_memory_warning(64'000'000, 16);
  EXPECT_EQ(text.rfind("/dev/shm holds 64 MB, and 16 ranks of a node need 67.1 MB there", 0), 0U)
      << text;
}

}  // namespace
}  // namespace plumb::cli
