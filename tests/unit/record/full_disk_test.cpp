// A disk that fills up at any moment: one clear error, no crash, no hang, no noise, no finished
// name. RLIMIT_FSIZE stands in for the disk: beyond it write() fails with EFBIG.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "../h5/temporary_folder.hpp"
#include "core/error.hpp"
#include "record/result_json.hpp"
#include "sample_history.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;
namespace fs = std::filesystem;

void limit_file_size(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(9);
}

void write_long_history(const fs::path& path) {
  HistoryWriter writer(path, sample_header(), false);
  const std::vector<float> x(20'000, 1.0F);
  for (std::uint64_t step = 0; step < 4000; ++step) {
    writer.write(sample_row(step));
    if (step % 10 == 0) writer.write_histograms(sample_histograms(step));
    if (step == 1000) {
      writer.write_snapshot({step, {{"x", std::span<const float>(x), {20'000}, {"i"}, "x"}}});
    }
  }
  writer.finish({"completed", -1});
}

struct Outcome {
  int exit_code = -1;  // -1: killed by a signal
  std::string standard_error;
};

std::string read_until_closed(int descriptor) {
  std::string text;
  char block[1024];
  ssize_t count = 0;
  while ((count = ::read(descriptor, block, sizeof block)) > 0) {
    text.append(block, static_cast<std::size_t>(count));
  }
  return text;
}

// The whole life of a process, its exit handlers included. A pipe, which no limit on the size of
// files stops, takes its standard error.
template <class Work>
Outcome run_in_child(Work work) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    if (::dup2(ends[1], STDERR_FILENO) < 0) ::_exit(8);
    ::alarm(60);
    try {
      work();
    } catch (const core::IoError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(3);
    }
    std::exit(0);
  }
  ::close(ends[1]);
  std::string standard_error = read_until_closed(ends[0]);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::move(standard_error)};
}

class full_disk : public ::testing::TestWithParam<rlim_t> {};

// From nothing at all over the header, the first chunks and the snapshot to the last bytes.
INSTANTIATE_TEST_SUITE_P(at_many_sizes, full_disk,
                         ::testing::Values(0, 100, 5'000, 30'000, 50'000, 100'000, 300'000, 500'000,
                                           800'000, 1'200'000, 1'500'000, 1'800'000));

TEST_P(full_disk, gives_one_clear_error_and_no_finished_name) {
  const TemporaryFolder folder;
  const Outcome outcome = run_in_child([&] {
    limit_file_size(GetParam());
    write_long_history(folder / "a.h5");
  });
  EXPECT_EQ(outcome.exit_code, 3) << outcome.standard_error;
  EXPECT_EQ(outcome.standard_error.rfind((folder / "a.h5.part").string() + ": H5", 0), 0U)
      << outcome.standard_error;
  EXPECT_TRUE(outcome.standard_error.ends_with(": File too large\n")) << outcome.standard_error;
  EXPECT_EQ(std::count(outcome.standard_error.begin(), outcome.standard_error.end(), '\n'), 1);
  EXPECT_FALSE(fs::exists(folder / "a.h5"));
}

TEST(no_limit, lets_the_same_history_be_finished) {
  const TemporaryFolder folder;
  write_long_history(folder / "a.h5");
  // The largest limit above is one that this history does hit.
  EXPECT_GT(fs::file_size(folder / "a.h5"), 1'800'000U);
}

TEST(result_json_on_a_full_disk, keeps_the_old_one_and_no_temporary_file) {
  const TemporaryFolder folder;
  RunResult run;
  run.settings_json = "{}";
  write_result_json(folder.path(), "{}", {run});
  run.index = 1;
  run.label = std::string(10'000, 'x');
  const Outcome outcome = run_in_child([&] {
    limit_file_size(5'000);
    write_result_json(folder.path(), "{}", {run});
  });
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.standard_error, (folder / "result.json").string() + ": File too large\n");
  EXPECT_EQ(read_result_json(folder / "result.json").size(), 1U);
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
  }
}

}  // namespace
}  // namespace plumb::record
