#include "record/result_json.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "../h5/temporary_folder.hpp"
#include "core/error.hpp"

namespace plumb::record {
namespace {

using namespace plumb::testing;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

RunResult sample_run(std::int64_t index) {
  RunResult run;
  run.index = index;
  run.label = "sigmoid-10x128";
  run.file = "0000-sigmoid-10x128.h5";
  run.settings_json = R"({"study.name":"s","network.depth":10,"train.learning_rate":0.1})";
  run.status = "completed";
  run.samples_per_second = 12345.678901234567;
  run.step_seconds_median = 0.1;
  run.step_seconds_p95 = 0.2;
  run.final_loss = 0.30000000000000004;
  run.final_accuracy = 0.97;
  run.warnings = {{"dead_layer", "hidden layer 1 dead"}};
  run.verification = {{"parameters_equal", true, "2 ranks"}, {"gradient", false, "rel. 1e-3"}};
  return run;
}

nlohmann::ordered_json parsed(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return nlohmann::ordered_json::parse(stream);
}

TEST(result_json, gives_back_what_was_written) {
  const TemporaryFolder folder;
  write_result_json(folder.path(), R"({"version":"0.1.0"})", {sample_run(3)});
  const auto runs = read_result_json(folder / "result.json");
  ASSERT_EQ(runs.size(), 1U);
  const RunResult wanted = sample_run(3);
  EXPECT_EQ(runs[0].index, 3);
  EXPECT_EQ(runs[0].label, wanted.label);
  EXPECT_EQ(runs[0].file, wanted.file);
  EXPECT_EQ(runs[0].settings_json, wanted.settings_json);
  EXPECT_EQ(runs[0].status, wanted.status);
  EXPECT_EQ(runs[0].samples_per_second, wanted.samples_per_second);
  EXPECT_EQ(runs[0].step_seconds_median, wanted.step_seconds_median);
  EXPECT_EQ(runs[0].step_seconds_p95, wanted.step_seconds_p95);
  EXPECT_EQ(runs[0].final_loss, wanted.final_loss);
  EXPECT_EQ(runs[0].final_accuracy, wanted.final_accuracy);
  ASSERT_EQ(runs[0].verification.size(), 2U);
  EXPECT_EQ(runs[0].verification[1].name, "gradient");
  EXPECT_FALSE(runs[0].verification[1].passed);
  EXPECT_EQ(runs[0].verification[1].detail, "rel. 1e-3");
}

TEST(result_json, gives_back_warnings_and_the_step_of_a_diverged_run) {
  const TemporaryFolder folder;
  RunResult run = sample_run(0);
  run.diverged_step = 12;
  write_result_json(folder.path(), "{}", {run});
  const RunResult read = read_result_json(folder / "result.json").at(0);
  EXPECT_EQ(read.diverged_step, 12);
  ASSERT_EQ(read.warnings.size(), 1U);
  EXPECT_EQ(read.warnings[0].name, "dead_layer");
  EXPECT_EQ(read.warnings[0].text, "hidden layer 1 dead");
}

TEST(result_json, of_older_programs_has_no_warnings) {
  const TemporaryFolder folder;
  write_result_json(folder.path(), "{}", {sample_run(0)});
  auto json = parsed(folder / "result.json");
  json.at("runs").at(0).erase("warnings");
  json.at("runs").at(0).erase("diverged_step");
  std::ofstream(folder / "result.json") << json;
  const RunResult read = read_result_json(folder / "result.json").at(0);
  EXPECT_TRUE(read.warnings.empty());
  EXPECT_FALSE(read.diverged_step);
}

TEST(result_json, has_the_names_of_the_contract) {
  const TemporaryFolder folder;
  write_result_json(folder.path(), R"({"version":"0.1.0"})", {sample_run(0)});
  const auto json = parsed(folder / "result.json");
  EXPECT_EQ(json.at("schema"), "plumbline.result/1");
  EXPECT_EQ(json.at("provenance").at("version"), "0.1.0");
  const auto& run = json.at("runs").at(0);
  std::vector<std::string> keys;
  for (const auto& item : run.items()) keys.push_back(item.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"index", "label", "file", "settings", "status",
                                            "samples_per_second", "step_seconds", "final_loss",
                                            "final_accuracy", "verification", "diverged_step",
                                            "warnings"}));
  EXPECT_TRUE(run.at("diverged_step").is_null());
  EXPECT_EQ(run.at("settings").at("network.depth"), 10);
  EXPECT_EQ(run.at("step_seconds").at("p95"), 0.2);
}

TEST(result_json, writes_null_for_nan_and_for_what_is_not_there) {
  const TemporaryFolder folder;
  RunResult run = sample_run(0);
  run.samples_per_second = kNan;
  run.step_seconds_p95 = std::numeric_limits<double>::infinity();
  run.final_loss = kNan;
  run.final_accuracy.reset();
  write_result_json(folder.path(), "{}", {run});
  const auto json = parsed(folder / "result.json")["runs"][0];
  EXPECT_TRUE(json["samples_per_second"].is_null());
  EXPECT_TRUE(json["step_seconds"]["p95"].is_null());
  EXPECT_TRUE(json["final_loss"].is_null());
  EXPECT_TRUE(json["final_accuracy"].is_null());
  const auto runs = read_result_json(folder / "result.json");
  EXPECT_TRUE(std::isnan(runs[0].samples_per_second));
  EXPECT_FALSE(runs[0].final_loss.has_value());
}

TEST(result_json, stays_valid_when_a_text_is_no_utf8) {
  const TemporaryFolder folder;
  RunResult run = sample_run(0);
  run.verification = {{"odd", true, "byte \xff and \"quotes\"\n"}};
  write_result_json(folder.path(), "{}", {run});
  EXPECT_EQ(read_result_json(folder / "result.json")[0].verification[0].detail,
            "byte \xEF\xBF\xBD and \"quotes\"\n");
}

TEST(result_json, keeps_the_runs_of_other_indices_and_replaces_its_own) {
  const TemporaryFolder folder;
  write_result_json(folder.path(), "{}", {sample_run(4), sample_run(1)});
  RunResult again = sample_run(1);
  again.status = "diverged";
  write_result_json(folder.path(), "{}", {again, sample_run(2)});
  const auto runs = read_result_json(folder / "result.json");
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].index, 1);
  EXPECT_EQ(runs[0].status, "diverged");
  EXPECT_EQ(runs[1].index, 2);
  EXPECT_EQ(runs[2].index, 4);
}

TEST(result_json, keeps_fields_of_other_runs_that_it_does_not_know) {
  const TemporaryFolder folder;
  write_result_json(folder.path(), "{}", {sample_run(0)});
  auto json = parsed(folder / "result.json");
  json["runs"][0]["note"] = "by hand";
  std::ofstream(folder / "result.json") << json;
  write_result_json(folder.path(), "{}", {sample_run(1)});
  EXPECT_EQ(parsed(folder / "result.json")["runs"][0]["note"], "by hand");
}

// Without the lock, two of these read-merge-write cycles lose each other's runs almost surely.
TEST(result_json, loses_no_run_when_processes_merge_at_the_same_time) {
  const TemporaryFolder folder;
  constexpr int kProcesses = 4;
  constexpr int kRunsEach = 15;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        for (int i = 0; i < kRunsEach; ++i) {
          write_result_json(folder.path(), "{}", {sample_run(process * kRunsEach + i)});
        }
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const auto runs = read_result_json(folder / "result.json");
  ASSERT_EQ(runs.size(), static_cast<std::size_t>(kProcesses * kRunsEach));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(runs[i].index, static_cast<std::int64_t>(i));
  }
}

std::string refusal_of(const TemporaryFolder& folder, const std::string& text) {
  std::ofstream(folder / "result.json") << text;
  std::string reading =
      message_of<core::IoError>([&] { read_result_json(folder / "result.json"); });
  const std::string merging =
      message_of<core::IoError>([&] { write_result_json(folder.path(), "{}", {sample_run(0)}); });
  EXPECT_EQ(reading, merging);
  std::ifstream stream(folder / "result.json");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), text) << "was overwritten";
  return reading;
}

TEST(result_json, refuses_and_keeps_what_is_not_one_of_ours) {
  const TemporaryFolder folder;
  const std::string file = folder / "result.json";
  const std::string wanted = "; allowed: a result file of schema \"plumbline.result/1\"";
  EXPECT_EQ(refusal_of(folder, "{\n\"schema\":\n  oops"), file + ":3: not valid JSON" + wanted);
  EXPECT_EQ(refusal_of(folder, ""), file + ":1: not valid JSON" + wanted);
  EXPECT_EQ(refusal_of(folder, "[1, 2]"), file + ": not a Plumbline result" + wanted);
  EXPECT_EQ(refusal_of(folder, R"({"a": 1})"), file + ": not a Plumbline result" + wanted);
  EXPECT_EQ(refusal_of(folder, R"({"schema": "other/1"})"),
            file + ": its schema is \"other/1\"" + wanted);
  EXPECT_EQ(refusal_of(folder, R"({"schema": "plumbline.result/1"})"),
            file + ": has no list of runs" + wanted);
  EXPECT_EQ(refusal_of(folder, R"({"schema": "plumbline.result/1", "runs": [{"index": "0"}]})"),
            file + ": runs[0] lacks a field or has one of a wrong type" + wanted);
}

TEST(result_json, says_that_it_is_missing) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of<core::IoError>([&] { read_result_json(folder / "result.json"); }),
            (folder / "result.json").string() + ": No such file or directory");
}

TEST(result_json, makes_its_folder_or_says_why_it_cannot) {
  const TemporaryFolder folder;
  write_result_json(folder / "a/b", "{}", {});
  EXPECT_TRUE(read_result_json(folder / "a/b/result.json").empty());
  std::ofstream(folder / "file") << "in the way";
  EXPECT_THROW(write_result_json(folder / "file", "{}", {}), core::IoError);
}

TEST(result_json, refuses_settings_that_are_no_object) {
  const TemporaryFolder folder;
  RunResult run = sample_run(0);
  run.settings_json = "not json";
  EXPECT_THROW(write_result_json(folder.path(), "{}", {run}), std::invalid_argument);
}

}  // namespace
}  // namespace plumb::record
