#include "report/compare_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "../h5/temporary_folder.hpp"
#include "../record/sample_history.hpp"
#include "core/error.hpp"
#include "old_history.hpp"
#include "record/result_json.hpp"

namespace plumb::report {
namespace {

using namespace plumb::testing;
using record::write_result_json;

// Two hidden layers and the output; delta_rms halves twice towards the input at step 0.
void write_run(const std::filesystem::path& path, const std::string& activation) {
  history::HistoryHeader header = sample_header();
  header.resolved_json = R"({"network.depth": 2, "network.width": 3, "network.activation": ")" +
                         activation + R"(", "network.init": "he"})";
  record::HistoryWriter writer(path, header, false);
  for (std::uint64_t step = 0; step < 2; ++step) {
    history::StepRow row = sample_row(step);
    row.at(0, "delta_rms") = 0.25;
    row.at(1, "delta_rms") = 0.5;
    row.at(0, "weight_gradient_norm") = step == 0 ? 3.0 : 1.0 / 3.0;
    writer.write(row);
  }
  writer.write_evaluation({2, 0.75, 0.875});
  writer.finish({"completed", -1});
}

record::RunResult result_of(const std::string& file, double speed) {
  record::RunResult run;
  run.file = file;
  run.settings_json = "{}";
  run.samples_per_second = speed;
  return run;
}

TEST(run_summary, reads_the_numbers_of_a_history) {
  const TemporaryFolder folder;
  write_run(folder / "0007-relu-2.h5", "relu");
  write_result_json(folder.path(), "{}", {result_of("0007-relu-2.h5", 1234.5)});
  const auto runs = summarise({folder / "0007-relu-2.h5"});
  ASSERT_EQ(runs.size(), 1U);
  const RunSummary& run = runs[0];
  EXPECT_EQ(run.index, 7);
  EXPECT_EQ(run.label, "relu-2");
  EXPECT_EQ(run.status, "completed");
  EXPECT_EQ(run.depth, "2");
  EXPECT_EQ(run.width, "3");
  EXPECT_EQ(run.activation, "relu");
  EXPECT_EQ(run.init, "he");
  EXPECT_EQ(run.first_delta_rms, 0.25);
  EXPECT_EQ(run.last_hidden_delta_rms, 0.5);
  EXPECT_EQ(run.decay_per_layer, 0.5);
  EXPECT_NEAR(run.theory_decay_per_layer, 0.375, 1e-15);  // exp(log(x)): an ulp or so
  EXPECT_EQ(run.first_weight_gradient, 3.0);
  EXPECT_EQ(run.first_weight_gradient_at_end, 1.0 / 3.0);
  EXPECT_EQ(run.train_loss, 1.0);  // 2 / (1 + step) at step 1
  EXPECT_EQ(run.test_loss, 0.75);
  EXPECT_EQ(run.test_accuracy, 0.875);
  EXPECT_EQ(run.samples_per_second, 1234.5);
}

// delta grows by the factor 4 per layer over 3 steps between 4 hidden layers.
TEST(run_summary, takes_the_geometric_mean_for_the_decay_per_layer) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.layers = {{"hidden_1", 1, 1, 2},
                   {"hidden_2", 1, 1, 2},
                   {"hidden_3", 1, 1, 2},
                   {"hidden_4", 1, 1, 2},
                   {"output", 1, 1, 2}};
  // That of the last hidden layer, over the output layer, does not count either.
  header.theory.delta_rms_ratio = {0.5, 0.125, 0.25, 1e9, 1e9};
  {
    record::HistoryWriter writer(folder / "a.h5", header, false);
    history::StepRow row = sample_row(0);
    row.layers.resize(5, row.layers[0]);
    row.at(0, "delta_rms") = 1;
    row.at(3, "delta_rms") = 64;
    row.at(4, "delta_rms") = 1e9;  // the output layer does not count
    writer.write(row);
    writer.finish({"completed", -1});
  }
  // pow(), and exp() of a mean of logarithms, are within some ulps of 64^(-1/3) = 1/4.
  const RunSummary run = summarise({folder / "a.h5"})[0];
  EXPECT_NEAR(run.decay_per_layer, 0.25, 1e-15);
  EXPECT_NEAR(run.theory_decay_per_layer, 0.25, 1e-15);
}

TEST(run_summary, has_no_theory_where_a_layer_of_the_decay_is_not_predicted) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.theory.delta_rms_ratio[0] = std::numeric_limits<double>::quiet_NaN();
  write_sample_history(folder / "a.h5", 1, header);
  const auto runs = summarise({folder / "a.h5"});
  EXPECT_TRUE(std::isnan(runs[0].theory_decay_per_layer));
  EXPECT_FALSE(std::isnan(runs[0].decay_per_layer));
}

TEST(run_summary, has_no_theory_between_fewer_than_two_hidden_layers) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.layers.erase(header.layers.begin());
  header.theory.delta_rms_ratio = {0.5, 0.5};
  record::HistoryWriter(folder / "a.h5", header, false).finish({"completed", -1});
  EXPECT_TRUE(std::isnan(summarise({folder / "a.h5"})[0].theory_decay_per_layer));
}

TEST(run_summary, reads_files_from_before_there_was_a_theory) {
  const TemporaryFolder folder;
  { const OldHistory old(folder / "0003-old.h5"); }
  const auto runs = summarise({folder.path()});
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].activation, "relu");
  EXPECT_EQ(runs[0].decay_per_layer, 0.5);
  EXPECT_EQ(runs[0].first_weight_gradient_at_end, 2);
  EXPECT_EQ(runs[0].train_loss, 1.25);
  EXPECT_EQ(runs[0].test_accuracy, 0.875);
  EXPECT_TRUE(std::isnan(runs[0].theory_decay_per_layer));
  EXPECT_NE(compare_text(runs).find(" 0.500       -  3.00e+00 "), std::string::npos)
      << compare_text(runs);
}

TEST(run_summary, has_no_number_where_nothing_was_recorded) {
  const TemporaryFolder folder;
  record::HistoryWriter(folder / "plain.h5", sample_header(), false).finish({"stopped", -1});
  const auto runs = summarise({folder / "plain.h5"});
  EXPECT_EQ(runs[0].index, 0);
  EXPECT_EQ(runs[0].label, "plain");
  EXPECT_TRUE(std::isnan(runs[0].first_delta_rms));
  EXPECT_TRUE(std::isnan(runs[0].train_loss));
  EXPECT_TRUE(std::isnan(runs[0].samples_per_second));
  EXPECT_NE(compare_text(runs).find(" -  "), std::string::npos);
}

TEST(run_summary, orders_by_index_and_takes_each_file_once) {
  const TemporaryFolder folder;
  for (const char* name : {"0010-c.h5", "0002-b.h5", "0001-a.h5"}) write_run(folder / name, "relu");
  const auto runs = summarise({folder / "0010-c.h5", folder.path(), folder / "0001-a.h5"});
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].label, "a");
  EXPECT_EQ(runs[1].label, "b");
  EXPECT_EQ(runs[2].label, "c");
}

TEST(run_summary, takes_a_result_json_for_its_folder) {
  const TemporaryFolder folder;
  write_run(folder / "0000-a.h5", "relu");
  write_result_json(folder.path(), "{}", {result_of("0000-a.h5", 10)});
  EXPECT_EQ(summarise({folder / "result.json"})[0].samples_per_second, 10);
}

TEST(run_summary, refuses_paths_without_a_history_in_one_clear_line) {
  const TemporaryFolder folder;
  const auto message = [&](const std::filesystem::path& path) {
    return message_of<core::IoError>([&] { summarise({path}); });
  };
  EXPECT_NE(
      message(folder / "nowhere").find("nowhere: no such file or folder; allowed: a history, "),
      std::string::npos);
  EXPECT_NE(message(folder.path()).find(": holds no finished history (*.h5)"), std::string::npos);
  std::ofstream(folder / "0000-a.h5.part") << "";
  EXPECT_NE(message(folder.path()).find("only unfinished ones"), std::string::npos);
  std::ofstream(folder / "0000-a.h5") << "text";
  EXPECT_NE(message(folder.path()).find("0000-a.h5: not a Plumbline history; "), std::string::npos);
}

std::vector<RunSummary> two_runs(const TemporaryFolder& folder) {
  write_run(folder / "0000-sigmoid-2.h5", "sigmoid");
  write_run(folder / "0001-relu-2.h5", "relu");
  return summarise({folder.path()});
}

TEST(compare_text, says_shared_settings_once_and_aligns_its_columns) {
  const TemporaryFolder folder;
  const std::string text = compare_text(two_runs(folder));
  EXPECT_EQ(text.rfind("All runs: depth 2, width 3, init he\n", 0), 0U) << text;
  std::istringstream lines(text);
  std::string line;
  std::vector<std::string> rows;
  while (std::getline(lines, line)) {
    EXPECT_LE(display_width(line), 120U) << line;
    if (line.find("completed") != std::string::npos) rows.push_back(line);
  }
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0],
            "0  sigmoid-2   2.50e-01   5.00e-01   0.500   0.375  3.00e+00  3.33e-01      1  0.75  "
            "0.875          -  completed");
  EXPECT_EQ(rows[1].find("completed"), rows[0].find("completed"));
}

TEST(compare_text, shows_a_setting_that_differs_and_that_the_labels_do_not_tell) {
  const TemporaryFolder folder;
  write_run(folder / "0000-a.h5", "sigmoid");
  write_run(folder / "0001-b.h5", "relu");
  const std::string text = compare_text(summarise({folder.path()}));
  EXPECT_NE(text.find("activation"), std::string::npos) << text;
  EXPECT_NE(text.find("sigmoid"), std::string::npos) << text;
}

TEST(compare_csv, has_every_digit_and_one_line_per_run) {
  const TemporaryFolder folder;
  const auto runs = two_runs(folder);
  std::istringstream lines(compare_csv(runs));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            "index,label,status,depth,width,activation,init,delta_rms_first_layer,"
            "delta_rms_last_hidden_layer,decay_per_layer,theory_decay_per_layer,"
            "weight_gradient_norm_first_layer_at_start,weight_gradient_norm_first_layer_at_end,"
            "train_loss,test_loss,test_accuracy,"
            "samples_per_second,file\r");
  std::getline(lines, line);
  EXPECT_EQ(line,
            "0,sigmoid-2,completed,2,3,sigmoid,he,0.25,0.5,0.5,0.375,3,0.3333333333333333,1,0.75,"
            "0.875,," +
                (folder / "0000-sigmoid-2.h5").string() + "\r");
}

TEST(compare_csv, quotes_as_rfc_4180_wants_it) {
  RunSummary run{};
  run.label = "a,\"b\"";
  const std::string text = compare_csv({run});
  EXPECT_NE(text.find("\r\n0,\"a,\"\"b\"\"\","), std::string::npos) << text;
}

}  // namespace
}  // namespace plumb::report
