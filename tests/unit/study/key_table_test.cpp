// Every key of the table: set, read back, and described in the user's guide.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "net/initializers.hpp"
#include "study/key.hpp"
#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::parse;

/// Values of a key that are not its default, as --set takes them.
struct OtherValues {
  const Value standard;

  std::vector<std::string> operator()(const IntegerRange& range) const {
    const std::int64_t value = std::get<std::int64_t>(standard);
    if (value == 0) return {"1"};
    return {fmt::format("{}", range.odd ? value + 2 : 2 * value)};
  }
  std::vector<std::string> operator()(const RealRange&) const {
    const double value = std::get<double>(standard);
    return {value == 0 ? "0.5" : fmt::format("{}", value / 2)};
  }
  std::vector<std::string> operator()(const Flag&) const {
    return {std::get<bool>(standard) ? "false" : "true"};
  }
  std::vector<std::string> operator()(const Choice& choice) const {
    std::vector<std::string> others = choice.names;
    std::erase(others, std::get<std::string>(standard));
    return others;
  }
  std::vector<std::string> operator()(const NumberOrWord& either) const {
    return {either.word, fmt::format("{}", std::get<double>(standard) / 2)};
  }
  std::vector<std::string> operator()(const LayerWidths&) const { return {"256"}; }
  std::vector<std::string> operator()(const Identifier&) const { return {"all-of-it_1"}; }
  std::vector<std::string> operator()(const Text&) const { return {"a/file"}; }
  std::vector<std::string> operator()(const ColumnNames&) const { return {"first"}; }
  std::vector<std::string> operator()(const StepNumbers&) const { return {"[0, 99]"}; }
};

/// What must be set beside a value so that a study takes it.
using Companions = std::map<std::string, std::string>;

Companions companions_of(const Key& key, const std::string& value) {
  Companions others;
  for (const Dependency& dependency : key.dependencies) {
    others[dependency.on] = dependency.values.front();
  }
  if (key.name == "network.init" && value == "identity") others["network.family"] = "rnn";
  if (key.name == "data.source" && value == "adding") others["network.family"] = "rnn";
  const std::string source = key.name == "data.source" ? value : others["data.source"];
  const data::SourceInfo& info = data::info_of(core::value_of<data::Source>(source));
  if (key.name != "data.path" && info.reads_files()) others["data.path"] = "x";
  if (source.empty()) others.erase("data.source");
  return others;
}

void expect_set(const Key& key, const std::string& value) {
  const Companions others = companions_of(key, value);
  std::vector<std::string> overrides{key.name + "=" + value};
  for (const auto& [name, word] : others) overrides.push_back(fmt::format("{}={}", name, word));
  SCOPED_TRACE(fmt::format("{}", fmt::join(overrides, " ")));
  const RunSettings run = parse("", overrides).runs.at(0);
  EXPECT_EQ(to_text(key.get(run)), value);
  const RunSettings standard = parse("").runs.at(0);
  for (const Key& other : key_table()) {
    if (other.name == key.name || others.contains(other.name)) continue;
    const bool predicts_values = value == "adding" || value == "regression";
    if (predicts_values && other.name == "train.loss") continue;  // has a default of its own
    EXPECT_EQ(to_text(other.get(run)), to_text(other.get(standard))) << other.name;
  }
}

TEST(study, sets_every_key_it_is_given_and_no_other) {
  EXPECT_EQ(key_table().size(), 53U);
  for (const Key& key : key_table()) {
    const auto values = std::visit(OtherValues{key.get(RunSettings{})}, key.domain);
    ASSERT_FALSE(values.empty()) << key.name;
    for (const std::string& value : values) expect_set(key, value);
  }
}

TEST(study, sets_all_keys_of_a_file_at_once) {
  const RunSettings run = parse(R"(
study.name = "all-of-it_1"
network = {family = "cnn", depth = 4, width = 30, residual = true, kernel = 5, pool_every = 3}
[data]
source = "csv"
path = "train.csv"
test_path = "test.csv"
[train]
batch = 96
slice = 24
evaluate_every = 100
)")
                              .runs[0];
  EXPECT_EQ(run.study_name, "all-of-it_1");
  EXPECT_EQ(run.network.family, net::Family::Cnn);
  EXPECT_EQ(run.network.depth, 4U);
  EXPECT_EQ(run.network.kernel, 5U);
  EXPECT_EQ(run.data.test_path, "test.csv");
  EXPECT_EQ(run.train.slice, 24U);
  EXPECT_EQ(run.train.evaluate_every, 100U);
}

/// The user's guide, docs/study-file.md.
std::string guide() {
  std::ifstream stream(std::string(PLUMB_SOURCE_DIR) + "/docs/study-file.md");
  EXPECT_TRUE(stream);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string default_cell(const Key& key) {
  if (std::holds_alternative<Identifier>(key.domain)) return "the file's name without extension";
  const std::string value = to_text(key.get(RunSettings{}));
  return value.empty() ? "none" : "`" + value + "`";
}

std::string values_cell(const Key& key) {
  const auto* choice = std::get_if<Choice>(&key.domain);
  return choice == nullptr ? allowed_values(key.domain)
                           : fmt::format("`{}`", fmt::join(choice->names, "`, `"));
}

std::string help_cell(const Key& key) {
  std::string help = key.help;
  for (const Dependency& dependency : key.dependencies) {
    help += fmt::format(" Only with `{}`.", dependency.text());
  }
  return help;
}

TEST(user_guide, has_the_row_of_every_key_in_the_order_that_sweeps_follow) {
  const std::string text = guide();
  std::size_t last = 0;
  for (const Key& key : key_table()) {
    const std::string row = fmt::format("| `{}` | {} | {} | {} |\n", key.name, default_cell(key),
                                        values_cell(key), help_cell(key));
    const std::size_t found = text.find(row);
    EXPECT_NE(found, std::string::npos) << "docs/study-file.md lacks this row:\n" << row;
    EXPECT_GT(found, last) << key.name << " comes too early";
    last = found;
  }
}

TEST(user_guide, has_the_row_of_every_initialiser) {
  const std::string text = guide();
  for (const net::InitializerInfo& info : net::initializers()) {
    const std::string row = fmt::format("| `{}` | {} |\n", info.name, info.formula);
    EXPECT_NE(text.find(row), std::string::npos) << "docs/study-file.md lacks this row:\n" << row;
  }
}

TEST(user_guide, has_the_row_of_every_optimizer) {
  const std::string text = guide();
  for (const train::OptimizerEntry& entry : train::kOptimizers) {
    const std::string row =
        fmt::format("| `{}` | {} |\n", entry.info->name, entry.info->description);
    EXPECT_NE(text.find(row), std::string::npos) << "docs/study-file.md lacks this row:\n" << row;
  }
}

TEST(help, of_every_key_is_made_of_sentences) {
  for (const Key& key : key_table()) {
    EXPECT_TRUE(key.help.ends_with('.')) << key.name;
    EXPECT_EQ(key.help.find('\n'), std::string::npos) << key.name;
    EXPECT_EQ(key.help.find('|'), std::string::npos) << key.name << ": it is a cell of a table";
  }
}

}  // namespace
}  // namespace plumb::study
