// A finished name appears only on a finished file, and nothing is lost without being asked.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include "../h5/temporary_folder.hpp"
#include "core/error.hpp"
#include "record/history_reader.hpp"
#include "sample_history.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;
namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string refusal(const fs::path& path, bool overwrite = false) {
  return message_of<core::IoError>([&] { HistoryWriter(path, sample_header(), overwrite); });
}

TEST(part_file, has_the_finished_name_only_after_finish) {
  const TemporaryFolder folder;
  HistoryWriter writer(folder / "a.h5", sample_header(), false);
  writer.write(sample_row(0));
  EXPECT_TRUE(fs::exists(folder / "a.h5.part"));
  EXPECT_FALSE(fs::exists(folder / "a.h5"));
  writer.finish({"completed", -1});
  EXPECT_FALSE(fs::exists(folder / "a.h5.part"));
  EXPECT_TRUE(fs::exists(folder / "a.h5"));
  EXPECT_THROW(writer.write(sample_row(1)), std::logic_error);
}

TEST(part_file, makes_the_folders_that_are_missing) {
  const TemporaryFolder folder;
  write_sample_history(folder / "x/y/z/a.h5", 1);
  EXPECT_TRUE(fs::exists(folder / "x/y/z/a.h5"));
}

TEST(part_file, says_that_a_folder_cannot_be_made) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "in the way";
  const std::string message = refusal(folder / "file/sub/a.h5");
  EXPECT_NE(message.find("file/sub: cannot be made: Not a directory"), std::string::npos)
      << message;
}

TEST(part_file, never_touches_a_finished_file_without_being_asked) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.h5";
  std::ofstream(path) << "precious";
  EXPECT_NE(refusal(path).find("a.h5: exists already; "), std::string::npos);
  EXPECT_EQ(contents(path), "precious");
  EXPECT_FALSE(fs::exists(folder / "a.h5.part"));
}

TEST(part_file, keeps_the_old_finished_file_until_the_new_one_is_whole) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.h5";
  std::ofstream(path) << "old";
  HistoryWriter writer(path, sample_header(), true);
  writer.write(sample_row(0));
  EXPECT_EQ(contents(path), "old");
  writer.finish({"completed", -1});
  EXPECT_EQ(HistoryReader(path).status(), "completed");
}

TEST(part_file, never_replaces_a_finished_file_that_appeared_meanwhile) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.h5";
  HistoryWriter writer(path, sample_header(), false);
  std::ofstream(path) << "another's";
  EXPECT_THROW(writer.finish({"completed", -1}), core::IoError);
  EXPECT_EQ(contents(path), "another's");
  EXPECT_TRUE(fs::exists(folder / "a.h5.part"));
}

TEST(part_file, keeps_what_an_earlier_killed_run_left_behind) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.h5.part") << "left behind";
  const std::string message = refusal(folder / "a.h5");
  EXPECT_NE(message.find("a.h5.part: left behind by a run that did not finish"), std::string::npos)
      << message;
  EXPECT_EQ(contents(folder / "a.h5.part"), "left behind");
  EXPECT_EQ(refusal(folder / "a.h5", true), "");
}

// The other process holds the file until it is told to go.
TEST(part_file, is_not_taken_from_a_process_that_still_writes_it) {
  const TemporaryFolder folder;
  int ready[2];
  int leave[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(leave), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    const HistoryWriter writer(folder / "a.h5", sample_header(), false);
    if (::write(ready[1], "x", 1) != 1 || ::read(leave[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  for (const bool overwrite : {false, true}) {
    const std::string message = refusal(folder / "a.h5", overwrite);
    EXPECT_NE(message.find("another process is writing this file"), std::string::npos) << message;
  }
  ASSERT_EQ(::write(leave[1], "x", 1), 1);
  ::waitpid(child, nullptr, 0);
  for (const int end : {ready[0], ready[1], leave[0], leave[1]}) ::close(end);
}

TEST(part_file, keeps_the_rows_of_a_writer_that_goes_away_unfinished) {
  const TemporaryFolder folder;
  {
    HistoryWriter writer(folder / "a.h5", sample_header(), false);
    for (int step = 0; step < 10; ++step) writer.write(sample_row(step));
  }
  EXPECT_FALSE(fs::exists(folder / "a.h5"));
  const HistoryReader history(folder / "a.h5.part");
  EXPECT_EQ(history.status(), "unfinished");
  EXPECT_EQ(history.steps().size(), 10U);
}

// A process that writes and is killed at a moment when rows are in memory.
template <class Work>
void write_and_be_killed(const fs::path& path, Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    HistoryWriter writer(path, sample_header(), false);
    work(writer);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
}

void expect_whole_histograms(const HistoryReader& history) {
  const Histograms counts = history.histograms("histograms/delta");
  const auto steps = history.steps("histograms");
  ASSERT_EQ(counts.steps, steps.size());
  for (std::size_t row = 0; row < steps.size(); ++row) {
    const auto expected = sample_histograms(steps[row]).layers[2].delta;
    ASSERT_TRUE(std::ranges::equal(counts.at(row, 2), expected)) << "row " << row;
  }
}

TEST(part_file, of_a_killed_process_can_be_read_up_to_its_last_flush) {
  const TemporaryFolder folder;
  write_and_be_killed(folder / "a.h5", [](HistoryWriter& writer) {
    for (int step = 0; step < 600; ++step) {
      writer.write(sample_row(step));
      writer.write_histograms(sample_histograms(step));
    }
  });
  const HistoryReader history(folder / "a.h5.part");
  EXPECT_GE(history.steps().size(), 512U);  // two blocks of 256 rows
  const Table table = history.table("activations/dead_fraction");
  ASSERT_EQ(table.rows, history.steps("activations").size());
  const auto dead_fraction =
      static_cast<int>(history::index_of<history::PerLayer>("dead_fraction"));
  EXPECT_EQ(table.at(511, 2), sample_value(511, 2, dead_fraction));
  EXPECT_GE(history.steps("histograms").size(), 511U);  // that of step 511 came after its row
  expect_whole_histograms(history);
}

TEST(part_file, of_a_killed_process_lacks_at_most_eight_mebibytes_of_histograms) {
  constexpr std::size_t kRowBytes = kSampleLayers * sizeof(history::LayerHistograms);
  constexpr std::size_t kEightMebibytes = std::size_t{8} << 20;
  constexpr std::size_t kRows = 2 * kEightMebibytes / kRowBytes;
  const TemporaryFolder folder;
  write_and_be_killed(folder / "a.h5", [](HistoryWriter& writer) {
    for (std::size_t row = 0; row < kRows; ++row) {
      writer.write_histograms(sample_histograms(row));
    }
  });
  const HistoryReader history(folder / "a.h5.part");
  EXPECT_GE(history.steps("histograms").size() * kRowBytes, kEightMebibytes);
  EXPECT_TRUE(history.steps("gradients").empty());
  expect_whole_histograms(history);
}

}  // namespace
}  // namespace plumb::record
