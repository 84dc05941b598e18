#include "report/describe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "../h5/temporary_folder.hpp"
#include "../record/sample_history.hpp"
#include "core/error.hpp"
#include "old_history.hpp"

namespace plumb::report {
namespace {

using namespace plumb::testing;

// Whether one line of `text` holds all of `parts`, in this order.
bool has_line(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    std::size_t at = 0;
    for (const auto& part : parts) {
      if (at != std::string::npos) at = line.find(part, at);
    }
    if (at != std::string::npos) return true;
    start = end + 1;
  }
  return false;
}

TEST(describe, tells_what_a_history_holds) {
  const TemporaryFolder folder;
  write_sample_history(folder / "a.h5", 4);
  const std::string text = describe_history(folder / "a.h5", true);
  EXPECT_TRUE(has_line(text, {"status", "completed"})) << text;
  EXPECT_TRUE(has_line(text, {"recorded steps", "4, from 0 to 3"}));
  EXPECT_TRUE(has_line(text, {"layers", "hidden_1, hidden_2, output"}));
  EXPECT_TRUE(has_line(text, {"snapshots", "none"}));
  EXPECT_TRUE(has_line(text, {"histograms", "2, from 0 to 2"}));
  EXPECT_TRUE(has_line(text, {"family", "mlp"}));
  EXPECT_TRUE(has_line(text, {"activation", "sigmoid"}));
  EXPECT_TRUE(has_line(text, {"Mean-field theory"}));
  EXPECT_TRUE(has_line(text, {"q_star", "0.264687"}));
  EXPECT_TRUE(has_line(text, {"assumptions", "independent weights"}));
  EXPECT_TRUE(has_line(text, {"network.init", "glorot"}));
  EXPECT_TRUE(has_line(text, {"layout.threads", "2"}));
  EXPECT_TRUE(
      has_line(text, {"/gradients/delta_rms", "float64", "4 x 3", "1", "root mean square"}));
  EXPECT_TRUE(has_line(text, {"/timing/seconds", "float64", "4 x 8", "s", "wall-clock"}));
  EXPECT_TRUE(has_line(text, {"/histograms/delta", "uint64", "2 x 3 x 279", "1", "exponent"}));
  EXPECT_TRUE(has_line(text, {"/gradients/noise_scale", "float64", "4 x 3", "samples", "noise"}));
  EXPECT_TRUE(has_line(text, {"/theory/delta_rms_ratio", "float64", "3", "1", "predicted"}));
  EXPECT_TRUE(has_line(text, {"/config/toml", "string", "scalar", "study file"}));
}

TEST(describe, tells_how_long_ranks_wait_for_each_other) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header_with_buckets();
  header.provenance_json = R"({"ranks": [{"rank": 0}, {"rank": 1}]})";
  // allreduce_exposed is the fourth phase and takes 4 ms more than the step's number in seconds,
  // allreduce_hidden, the eighth, 8 ms; of the steps 0, 1 and 2 the median is step 1.
  write_sample_history(folder / "a.h5", 3, header);
  const std::string text = describe_history(folder / "a.h5", true);
  EXPECT_TRUE(has_line(text, {"communication", "1e+03 ms exposed, 1.01e+03 ms hidden a step"}))
      << text;
  EXPECT_TRUE(has_line(text, {"/timing/buckets/ready_seconds", "float64", "3 x 2", "s"}));
  EXPECT_TRUE(has_line(text, {"/timing/buckets/bytes", "int64", "2", "byte"}));
}

TEST(describe, says_nothing_of_communication_where_there_was_one_rank_or_no_step) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.provenance_json = R"({"ranks": [{"rank": 0}]})";
  write_sample_history(folder / "one.h5", 3, header);
  EXPECT_FALSE(has_line(describe_history(folder / "one.h5"), {"communication"}));
  header.provenance_json = R"({"ranks": [{"rank": 0}, {"rank": 1}]})";
  record::HistoryWriter(folder / "none.h5", header, false).finish({"stopped", -1});
  EXPECT_FALSE(has_line(describe_history(folder / "none.h5"), {"communication"}));
}

TEST(describe, tells_from_which_step_a_run_diverged) {
  const TemporaryFolder folder;
  record::HistoryWriter(folder / "a.h5", sample_header(), false).finish({"diverged", 17});
  const std::string text = describe_history(folder / "a.h5", true);
  EXPECT_TRUE(has_line(text, {"status", "diverged from step 17"})) << text;
  EXPECT_TRUE(has_line(text, {"recorded steps", "none"}));
}

TEST(describe, reads_files_from_before_there_were_theory_and_histograms) {
  const TemporaryFolder folder;
  { const OldHistory old(folder / "a.h5"); }
  const std::string text = describe_history(folder / "a.h5", true);
  EXPECT_TRUE(has_line(text, {"recorded steps", "2, from 0 to 1"})) << text;
  EXPECT_TRUE(has_line(text, {"histograms", "none"}));
  EXPECT_TRUE(has_line(text, {"family", "mlp"}));
  EXPECT_FALSE(has_line(text, {"Mean-field theory"}));
}

TEST(describe, shows_what_a_killed_run_left_behind) {
  const TemporaryFolder folder;
  {
    record::HistoryWriter writer(folder / "a.h5", sample_header(), false);
    writer.write(sample_row(0));
  }
  EXPECT_TRUE(has_line(describe_history(folder / "a.h5.part"), {"status", "unfinished"}));
}

TEST(describe, refuses_somebody_elses_file) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.h5") << "text";
  EXPECT_THROW(describe_history(folder / "a.h5"), core::IoError);
}

TEST(describe, begins_with_the_lines_that_matter_and_ends_there) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.resolved_json = R"({"train.batch": 64, "train.steps": 3, "network.depth": 2})";
  header.provenance_json = R"({"ranks": [{"threads": 1, "cpu": "A CPU"}, {"threads": 1}]})";
  // Seconds of step s: s + 1e-3 (1 + ... + 8) over eight phases, one of which overlaps: at step 1,
  // the median, 7 s and 28 ms.
  header.model["flop_per_step"] = 7.028e9;
  write_sample_history(folder / "a.h5", 3, header);
  const std::string text = describe_history(folder / "a.h5");
  EXPECT_TRUE(has_line(text, {"status", "completed"})) << text;
  EXPECT_TRUE(has_line(text, {"network", "mlp", "depth 2"})) << text;
  EXPECT_TRUE(has_line(text, {"layout", "2 ranks x 1 thread, A CPU"})) << text;
  EXPECT_TRUE(has_line(text, {"speed", "9 samples/s", "GFLOP/s"})) << text;
  EXPECT_TRUE(has_line(text, {"time", " 14 %"})) << text;
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 14);
  EXPECT_FALSE(has_line(text, {"/gradients/delta_rms"}));
}

}  // namespace
}  // namespace plumb::report
