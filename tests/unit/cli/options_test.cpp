#include "cli/commands.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "../h5/temporary_folder.hpp"
#include "cli/dry_run.hpp"
#include "cli/run_plan.hpp"
#include "cli/warnings.hpp"
#include "core/error.hpp"
#include "environment.hpp"

namespace plumb::cli {
namespace {

using plumb::testing::message_of;
using plumb::testing::Variable;

TEST(at_least, takes_integers_from_its_limit_on) {
  const CLI::Validator one = at_least(1);
  for (const char* good : {"1", "65", "9223372036854775807"}) EXPECT_EQ(one(good), "") << good;
  for (const char* bad : {"0", "-1", "", "1.5", "1 ", "one", "9223372036854775808"}) {
    EXPECT_EQ(one(bad), "'" + std::string(bad) + "'; allowed: an integer >= 1");
  }
}

TEST(data_folder, is_the_option_else_the_variable_else_data) {
  const Variable none("PLUMBLINE_DATA_DIR", nullptr);
  EXPECT_EQ(data_folder(""), "data");
  const Variable empty("PLUMBLINE_DATA_DIR", "");
  EXPECT_EQ(data_folder(""), "data");
  const Variable set("PLUMBLINE_DATA_DIR", "/mnist");
  EXPECT_EQ(data_folder(""), "/mnist");
  EXPECT_EQ(data_folder("here"), "here");
}

TEST(threads, are_the_option_else_the_first_number_of_omp_num_threads) {
  const Variable none("OMP_NUM_THREADS", nullptr);
  EXPECT_EQ(requested_threads(std::nullopt), std::nullopt);
  const Variable empty("OMP_NUM_THREADS", "");
  EXPECT_EQ(requested_threads(std::nullopt), std::nullopt);
  const Variable list("OMP_NUM_THREADS", "4,2");
  EXPECT_EQ(requested_threads(std::nullopt), 4U);
  EXPECT_EQ(requested_threads(3), 3U);
}

TEST(threads, that_are_no_number_from_1_to_65536_are_refused) {
  const auto error_of = [](std::optional<std::size_t> option) {
    return message_of<core::UsageError>([&] { requested_threads(option); });
  };
  EXPECT_EQ(error_of(65536), "");
  EXPECT_EQ(error_of(65537), "--threads 65537: too many; allowed: 1 to 65536");
  for (const char* bad : {"0", "many", "-1", "4x", "65537", ",2"}) {
    const Variable variable("OMP_NUM_THREADS", bad);
    EXPECT_EQ(error_of(std::nullopt), "OMP_NUM_THREADS=" + std::string(bad) +
                                          ": not a number of threads; allowed: 1 to 65536");
  }
}

TEST(run_options, that_must_be_equal_on_all_ranks_leave_out_threads_data_folder_and_quiet) {
  RunOptions options;
  options.study_file = "a.toml";
  EXPECT_EQ(options.must_be_equal(), "run a.toml");
  options.threads = 4;
  options.data_folder = "/local";
  options.quiet = true;
  EXPECT_EQ(options.must_be_equal(), "run a.toml");
  options.output = "out";
  options.overrides = {"train.steps=3", "network.depth=2"};
  options.index = 7;
  options.dry_run = options.time = options.force = true;
  EXPECT_EQ(options.must_be_equal(),
            "run a.toml -o out --set train.steps=3 --set network.depth=2 --index 7 --dry-run "
            "--time --force");
}

TEST(job_request, asks_for_what_a_job_takes_and_some_more) {
  EXPECT_EQ(to_text(JobRequest{2, 4, 300.0 * 1048576, 120}),
            "--ntasks=2 --cpus-per-task=4 --mem=400M --time=0:04:00");
  EXPECT_EQ(to_text(JobRequest{1, 1, 1, std::nullopt}), "--ntasks=1 --cpus-per-task=1 --mem=100M");
}

TEST(job_request, writes_times_as_slurm_reads_them) {
  EXPECT_EQ(slurm_time(1), "0:01:00");
  EXPECT_EQ(slurm_time(3660), "1:01:00");
  EXPECT_EQ(slurm_time(86400 + 3600), "1-01:00:00");
}

}  // namespace
}  // namespace plumb::cli
