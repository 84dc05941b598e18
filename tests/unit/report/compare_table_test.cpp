#include "report/compare_table.hpp"

#include <fmt/format.h>
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

std::vector<RunSummary> runs_of(const std::vector<std::filesystem::path>& paths) {
  return summarise(paths).runs;
}

std::string text_of(const std::vector<RunSummary>& runs, std::size_t width = 200) {
  return compare_text(make_table(runs), {width, false, {}});
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
  const auto runs = runs_of({folder / "0007-relu-2.h5"});
  ASSERT_EQ(runs.size(), 1U);
  const RunSummary& run = runs[0];
  EXPECT_EQ(run.index, 7);
  EXPECT_EQ(run.label, "relu-2");
  EXPECT_EQ(run.status, "completed");
  EXPECT_EQ(text_of_json(run.settings.at("network.depth")), "2");
  EXPECT_EQ(text_of_json(run.settings.at("network.width")), "3");
  EXPECT_EQ(text_of_json(run.settings.at("network.activation")), "relu");
  EXPECT_EQ(text_of_json(run.settings.at("network.init")), "he");
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
  const RunSummary run = runs_of({folder / "a.h5"})[0];
  EXPECT_NEAR(run.decay_per_layer, 0.25, 1e-15);
  EXPECT_NEAR(run.theory_decay_per_layer, 0.25, 1e-15);
}

TEST(run_summary, has_no_theory_where_a_layer_of_the_decay_is_not_predicted) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.theory.delta_rms_ratio[0] = std::numeric_limits<double>::quiet_NaN();
  write_sample_history(folder / "a.h5", 1, header);
  const auto runs = runs_of({folder / "a.h5"});
  EXPECT_TRUE(std::isnan(runs[0].theory_decay_per_layer));
  EXPECT_FALSE(std::isnan(runs[0].decay_per_layer));
}

TEST(run_summary, has_no_theory_between_fewer_than_two_hidden_layers) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.layers.erase(header.layers.begin());
  header.theory.delta_rms_ratio = {0.5, 0.5};
  record::HistoryWriter(folder / "a.h5", header, false).finish({"completed", -1});
  EXPECT_TRUE(std::isnan(runs_of({folder / "a.h5"})[0].theory_decay_per_layer));
}

TEST(run_summary, reads_files_from_before_there_was_a_theory) {
  const TemporaryFolder folder;
  { const OldHistory old(folder / "0003-old.h5"); }
  const auto runs = runs_of({folder.path()});
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(text_of_json(runs[0].settings.at("network.activation")), "relu");
  EXPECT_EQ(runs[0].decay_per_layer, 0.5);
  EXPECT_EQ(runs[0].first_weight_gradient_at_end, 2);
  EXPECT_EQ(runs[0].train_loss, 1.25);
  EXPECT_EQ(runs[0].test_accuracy, 0.875);
  EXPECT_TRUE(std::isnan(runs[0].theory_decay_per_layer));
  EXPECT_NE(text_of(runs).find(" 0.500       -  3.00e+00 "), std::string::npos) << text_of(runs);
}

TEST(run_summary, has_no_number_where_nothing_was_recorded) {
  const TemporaryFolder folder;
  record::HistoryWriter(folder / "plain.h5", sample_header(), false).finish({"stopped", -1});
  const auto runs = runs_of({folder / "plain.h5"});
  EXPECT_EQ(runs[0].index, 0);
  EXPECT_EQ(runs[0].label, "plain");
  EXPECT_TRUE(std::isnan(runs[0].first_delta_rms));
  EXPECT_TRUE(std::isnan(runs[0].train_loss));
  EXPECT_TRUE(std::isnan(runs[0].samples_per_second));
  EXPECT_NE(text_of(runs).find(" -  "), std::string::npos);
}

TEST(run_summary, orders_by_index_and_takes_each_file_once) {
  const TemporaryFolder folder;
  for (const char* name : {"0010-c.h5", "0002-b.h5", "0001-a.h5"}) write_run(folder / name, "relu");
  const auto runs = runs_of({folder / "0010-c.h5", folder.path(), folder / "0001-a.h5"});
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].label, "a");
  EXPECT_EQ(runs[1].label, "b");
  EXPECT_EQ(runs[2].label, "c");
}

TEST(run_summary, takes_a_result_json_for_its_folder) {
  const TemporaryFolder folder;
  write_run(folder / "0000-a.h5", "relu");
  write_result_json(folder.path(), "{}", {result_of("0000-a.h5", 10)});
  EXPECT_EQ(runs_of({folder / "result.json"})[0].samples_per_second, 10);
}

TEST(run_summary, refuses_paths_without_a_history_in_one_clear_line) {
  const TemporaryFolder folder;
  const auto message = [&](const std::filesystem::path& path) {
    return message_of<core::IoError>([&] { summarise({path}); });
  };
  EXPECT_NE(
      message(folder / "nowhere").find("nowhere: no such file or folder; allowed: a history, "),
      std::string::npos);
  EXPECT_NE(message(folder.path()).find(": holds no history (*.h5, *.h5.part)"), std::string::npos);
  EXPECT_NE(message_of<core::IoError>([&] {
              find_histories({folder.path()});
            }).find(": holds no finished history (*.h5)"),
            std::string::npos);
  std::ofstream(folder / "0000-a.h5") << "text";
  EXPECT_NE(message(folder.path()).find("0000-a.h5: not a Plumbline history; "), std::string::npos);
}

TEST(run_summary, shows_unfinished_runs_with_their_rows_so_far) {
  const TemporaryFolder folder;
  {
    record::HistoryWriter writer(folder / "0004-sigmoid-2.h5", sample_header(), false);
    for (const std::uint64_t step : {0, 1, 2}) writer.write(sample_row(step));
  }
  write_run(folder / "0001-relu-2.h5", "relu");
  const auto runs = runs_of({folder.path()});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[1].status, "unfinished");
  EXPECT_EQ(runs[1].index, 4);
  EXPECT_EQ(runs[1].label, "sigmoid-2");
  EXPECT_EQ(runs[1].recorded_steps, 3);
  EXPECT_NE(text_of(runs).find("rows"), std::string::npos) << text_of(runs);
}

TEST(run_summary, leaves_out_and_names_what_is_damaged_or_foreign) {
  const TemporaryFolder folder;
  write_run(folder / "0001-relu-2.h5", "relu");
  std::ofstream(folder / "0002-b.h5") << "text";
  std::ofstream(folder / "result.json") << "{";
  const Summaries all = summarise({folder.path()});
  EXPECT_EQ(all.runs.size(), 1U);
  ASSERT_EQ(all.left_out.size(), 2U);
  EXPECT_NE(all.left_out[1].find("result.json:"), std::string::npos) << all.left_out[1];
  EXPECT_NE(all.left_out[0].find("0002-b.h5: not a Plumbline history"), std::string::npos);
}

// Layers 1 and 2 below float16's smallest normal number times 16 sqrt(width): the decay is that of
// layers 3 to 5.
TEST(run_summary, takes_the_decay_over_the_layers_that_did_not_underflow) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.layers.assign(6, {"layer", 1, 1, 2});
  header.theory.delta_rms_ratio = {0.1, 0.1, 0.5, 0.125, 9, 9};
  header.resolved_json = R"({"train.gradient_format": "float16", "network.width": 4})";
  const auto write = [&](const std::string& name, const std::vector<double>& deltas) {
    record::HistoryWriter writer(folder / name, header, false);
    history::StepRow row = sample_row(0);
    row.at("loss_scale") = 1;
    row.layers.resize(6, row.layers[0]);
    for (std::size_t l = 0; l < 6; ++l) row.at(l, "delta_rms") = deltas[l];
    writer.write(row);
    writer.finish({"completed", -1});
    return runs_of({folder / name})[0];
  };
  const RunSummary some = write("a.h5", {0, 1e-3, 0.25, 0.5, 4, 9});
  EXPECT_EQ(some.first_decay_layer, 3);
  EXPECT_NEAR(some.decay_per_layer, 0.25, 1e-15);
  EXPECT_NEAR(some.theory_decay_per_layer, 0.25, 1e-15);
  const RunSummary none = write("b.h5", {0, 0, 0, 0, 4, 9});
  EXPECT_TRUE(std::isnan(none.decay_per_layer));
  EXPECT_EQ(text_of({none}).find("0.000 "), std::string::npos) << text_of({none});
}

TEST(run_summary, has_no_theory_beside_a_network_outside_its_assumptions) {
  const TemporaryFolder folder;
  history::HistoryHeader header = sample_header();
  header.theory.attributes["outside_assumptions"] = std::string("too narrow");
  write_sample_history(folder / "a.h5", 1, header);
  EXPECT_TRUE(std::isnan(runs_of({folder / "a.h5"})[0].theory_decay_per_layer));
  header.theory.attributes["outside_assumptions"] = std::string();
  write_sample_history(folder / "b.h5", 1, header);
  EXPECT_FALSE(std::isnan(runs_of({folder / "b.h5"})[0].theory_decay_per_layer));
}

std::vector<RunSummary> two_runs(const TemporaryFolder& folder) {
  write_run(folder / "0000-sigmoid-2.h5", "sigmoid");
  write_run(folder / "0001-relu-2.h5", "relu");
  return runs_of({folder.path()});
}

TEST(compare_text, says_shared_settings_once_and_aligns_its_columns) {
  const TemporaryFolder folder;
  const std::string text = text_of(two_runs(folder), 130);
  EXPECT_EQ(text.rfind("All runs: status completed, depth 2, width 3, init he\n", 0), 0U) << text;
  std::istringstream lines(text);
  std::string line;
  std::vector<std::string> rows;
  while (std::getline(lines, line)) {
    EXPECT_LE(display_width(line), 130U) << line;
    if (line.ends_with("completed")) rows.push_back(line);
  }
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0],
            "0  sigmoid-2  sigmoid      2.50e-01   5.00e-01   0.500   0.375  3.00e+00  3.33e-01  "
            "1.000  0.7500  0.875          -  completed");
  EXPECT_EQ(rows[1].find("completed"), rows[0].find("completed"));
}

TEST(compare_text, shows_a_setting_that_differs_and_that_the_labels_do_not_tell) {
  const TemporaryFolder folder;
  write_run(folder / "0000-a.h5", "sigmoid");
  write_run(folder / "0001-b.h5", "relu");
  const std::string text = text_of(runs_of({folder.path()}));
  EXPECT_NE(text.find("activation"), std::string::npos) << text;
  EXPECT_NE(text.find("sigmoid"), std::string::npos) << text;
}

TEST(compare_csv, has_every_digit_and_one_line_per_run) {
  const TemporaryFolder folder;
  std::istringstream lines(compare_csv(make_table(two_runs(folder)), {}));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            "index,label,status,depth,width,activation,init,delta_rms_first_layer,"
            "delta_rms_last_hidden_layer,decay_per_layer,theory_decay_per_layer,"
            "weight_gradient_norm_first_layer_at_start,weight_gradient_norm_first_layer_at_end,"
            "train_loss,test_loss,test_accuracy,samples_per_second,file,folder,recorded_steps,"
            "diverged_step,decay_first_layer,ranks,threads,cpu,commit,gflops_per_second,"
            "network.activation,network.depth,network.init,network.width\r");
  std::getline(lines, line);
  EXPECT_EQ(line,
            "0,sigmoid-2,completed,2,3,sigmoid,he,0.25,0.5,0.5,0.375,3,0.3333333333333333,1,0.75,"
            "0.875,," +
                (folder / "0000-sigmoid-2.h5").string() + "," + folder.path().string() +
                ",2,,1,,,,,,sigmoid,2,he,3\r");
}

TEST(compare_csv, quotes_as_rfc_4180_wants_it) {
  RunSummary run{};
  run.label = "a,\"b\"";
  const std::string text = compare_csv(make_table({run}), {});
  EXPECT_NE(text.find("\r\n0,\"a,\"\"b\"\"\","), std::string::npos) << text;
}

/// `count` runs of one study, made of nothing but what the tables are made of.
RunSummary run_with(std::int64_t index, const char* activation, double rate, int seed,
                    double test_loss) {
  RunSummary run;
  run.index = index;
  run.label = fmt::format("{}-rate{}-seed{}", activation, rate, seed);
  run.status = "completed";
  run.settings = {{"network.activation", fmt::format("\"{}\"", activation)},
                  {"train.learning_rate", fmt::to_string(rate)},
                  {"train.seed", fmt::to_string(seed)}};
  run.test_loss = test_loss;
  run.test_accuracy = 1 - test_loss;
  return run;
}

std::vector<RunSummary> small_study() {
  return {run_with(0, "relu", 0.1, 1, 0.25), run_with(1, "relu", 0.1, 2, 0.75),
          run_with(2, "relu", 0.01, 1, 0.5), run_with(3, "relu", 0.01, 2, 0.75),
          run_with(4, "tanh", 0.1, 1, 0.25), run_with(5, "tanh", 0.1, 2, 0.25),
          run_with(6, "tanh", 0.01, 1, 0.2), run_with(7, "tanh", 0.01, 2, 0.1)};
}

TEST(run_table, has_a_column_for_every_setting_that_differs) {
  const std::string text = text_of(small_study(), 120);
  for (const char* name : {"activation", "learning_rate", "seed"}) {
    EXPECT_NE(text.find(name), std::string::npos) << text;
  }
}

TEST(run_table, groups_over_seeds_into_mean_deviation_and_count) {
  RunTable table = make_table(small_study());
  group_by(table, {"seed"});
  const std::string csv = compare_csv(table, {"activation", "learning_rate", "test_loss"});
  // Deviations of two values: their difference over sqrt(2).
  EXPECT_EQ(csv.substr(0, csv.find('\r')),
            "activation,train.learning_rate,test_loss,test_loss_deviation,runs");
  EXPECT_NE(csv.find("\nrelu,0.1,0.5,0.3535533905932738,2\r"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\ntanh,0.1,0.25,0,2\r"), std::string::npos) << csv;
  EXPECT_NE(compare_text(table, {100, false, {}}).find("0.5000 +- 0.35"), std::string::npos)
      << compare_text(table, {100, false, {}});
}

TEST(run_table, leaves_unfinished_and_missing_numbers_out_of_a_mean_and_says_so) {
  auto runs = small_study();
  runs.resize(2);
  runs[1].status = "unfinished";
  RunTable table = make_table(runs);
  group_by(table, {"seed"});
  EXPECT_EQ(
      compare_csv(table, {"status", "test_loss"}),
      "status,test_loss,test_loss_deviation,runs\r\n\"1 completed, 1 unfinished\",0.25,,2\r\n");
}

TEST(run_table, keeps_the_best_run_of_each_network) {
  RunTable table = make_table(small_study());
  keep_best(table, "loss");
  EXPECT_EQ(compare_csv(table, {"index"}), "index\r\n0\r\n7\r\n");
  table = make_table(small_study());
  group_by(table, {"seed"});
  keep_best(table, "accuracy");
  EXPECT_EQ(compare_csv(table, {"train.learning_rate"}),
            "train.learning_rate,runs\r\n0.1,2\r\n0.01,2\r\n");
  EXPECT_NE(message_of<core::UsageError>([&] { keep_best(table, "cpu"); }).find("allowed: loss, "),
            std::string::npos);
}

TEST(run_table, never_calls_a_run_without_the_metric_the_best) {
  auto runs = small_study();
  runs.resize(2);
  runs[0].test_loss = kNothing;
  RunTable table = make_table(runs);
  keep_best(table, "loss");
  EXPECT_EQ(compare_csv(table, {"index"}), "index\r\n1\r\n");
}

TEST(run_table, sorts_with_nothing_last) {
  auto runs = small_study();
  runs[0].test_loss = kNothing;
  RunTable table = make_table(runs);
  sort_by(table, "test_loss", true);
  EXPECT_EQ(std::get<std::int64_t>(table.rows.front().cells[0].value), 1);
  EXPECT_EQ(std::get<std::int64_t>(table.rows.back().cells[0].value), 0);
  EXPECT_NE(message_of<core::UsageError>([&] {
              sort_by(table, "colour", false);
            }).find("\"colour\": no such column; allowed: index, label, "),
            std::string::npos);
}

TEST(compare_text, leaves_columns_out_rather_than_break_a_row_and_says_which) {
  auto runs = small_study();
  for (RunSummary& run : runs) run.label += "-of-a-rather-long-name-that-takes-room";
  for (const std::size_t width : {48U, 80U, 100U}) {
    const std::string text = text_of(runs, width);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(display_width(line), width) << text;
    EXPECT_NE(text.find("Left out, as"), std::string::npos) << text;
    EXPECT_NE(text.find("activation"), std::string::npos) << text;
  }
  EXPECT_EQ(text_of(runs, 300).find("Left out"), std::string::npos);
}

TEST(compare_text, has_colour_only_where_it_is_wanted) {
  const RunTable table = make_table(small_study());
  EXPECT_EQ(compare_text(table, {80, false, {}}).find('\x1b'), std::string::npos);
  EXPECT_NE(compare_text(table, {80, true, {}}).find("\x1b[1m"), std::string::npos);
}

TEST(compare_text, keeps_the_zeros_of_numbers) {
  auto runs = small_study();
  runs[0].test_loss = 0.1;
  EXPECT_NE(text_of(runs).find("0.1000"), std::string::npos) << text_of(runs);
}

TEST(compare_json, has_the_names_of_the_csv_and_null_for_nothing) {
  auto runs = small_study();
  runs.resize(1);
  EXPECT_EQ(compare_json(make_table(runs), {"label", "train_loss", "seed", "test_loss"}),
            "{\n  \"runs\": [\n    {\n      \"label\": \"relu-rate0.1-seed1\",\n"
            "      \"train_loss\": null,\n      \"train.seed\": 1,\n      \"test_loss\": 0.25\n"
            "    }\n  ]\n}\n");
}

}  // namespace
}  // namespace plumb::report
