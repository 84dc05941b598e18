// The list of rules itself; what each one says is in incompatible_test.cpp and
// ineffective_test.cpp.
#include "study/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.hpp"
#include "study/key.hpp"
#include "study_testing.hpp"

namespace plumb::study {
namespace {

/// A few values of every key, whether or not they go together.
std::vector<Value> some_values(const Key& key) {
  if (const auto* range = std::get_if<IntegerRange>(&key.domain)) {
    std::vector<Value> values{range->low, std::get<std::int64_t>(key.get(RunSettings{}))};
    for (const std::int64_t value : {1, 2, 3, 31}) {
      if (value >= range->low && value <= range->high) values.emplace_back(value);
    }
    return values;
  }
  if (std::holds_alternative<LayerWidths>(key.domain)) {
    return {std::int64_t{5}, std::vector<std::int64_t>{5}, std::vector<std::int64_t>{5, 3},
            std::vector<std::int64_t>{4, 4, 4}};
  }
  if (const auto* choice = std::get_if<Choice>(&key.domain)) {
    return {choice->names.begin(), choice->names.end()};
  }
  if (std::holds_alternative<Flag>(key.domain)) return {false, true};
  if (std::holds_alternative<StepNumbers>(key.domain)) {
    return {std::vector<std::int64_t>{}, std::vector<std::int64_t>{0, 2, 50}};
  }
  if (std::holds_alternative<Text>(key.domain)) return {std::string(), std::string("file")};
  if (key.name == "data.test_fraction") return {0.0, 0.5};
  return {key.get(RunSettings{})};
}

Value drawn(const Key& key, core::RandomStream& random) {
  const std::vector<Value> values = some_values(key);
  return values[random.below(static_cast<std::uint32_t>(values.size()))];
}

bool concerns(const Rule& rule, const std::string& key) {
  return rule.key == key ||
         std::find(rule.others.begin(), rule.others.end(), key) != rule.others.end();
}

// Rules are tried on the combinations of the keys they name. One that read another key would be
// tried on that key's first value only.
TEST(rules, read_no_key_that_they_do_not_name) {
  core::RandomStream random(1, core::Purpose::Weights, 0);
  for (int repetition = 0; repetition < 200; ++repetition) {
    RunSettings run;
    for (const Key& key : key_table()) key.set(run, drawn(key, random));
    for (const Key& key : key_table()) {
      RunSettings other = run;
      key.set(other, drawn(key, random));
      for (const Rule& rule : rules()) {
        if (concerns(rule, key.name)) continue;
        ASSERT_EQ(rule.holds(run), rule.holds(other))
            << "rule of " << rule.key << " reads " << key.name;
      }
    }
  }
}

TEST(rules, name_only_keys_that_exist) {
  for (const Rule& rule : rules()) {
    EXPECT_NE(find_key(rule.key), nullptr) << rule.key;
    EXPECT_FALSE(rule.others.empty()) << rule.key;
    for (const std::string& key : rule.others) EXPECT_NE(find_key(key), nullptr) << key;
  }
}

TEST(rules, can_all_be_kept_and_broken) {
  core::RandomStream random(2, core::Purpose::Weights, 0);
  std::vector<int> kept(rules().size());
  constexpr int kRuns = 2000;
  for (int repetition = 0; repetition < kRuns; ++repetition) {
    RunSettings run;
    for (const Key& key : key_table()) key.set(run, drawn(key, random));
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] += rules()[i].holds(run) ? 1 : 0;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_GT(kept[i], 0) << rules()[i].key;
    EXPECT_LT(kept[i], kRuns) << rules()[i].key;
  }
}

TEST(rules, hold_for_every_run_of_an_accepted_sweep) {
  const Study study = testing::parse(
      "network = {family = ['mlp', 'cnn'], depth = [2, 5], residual = [true, false]}\n"
      "train = {batch = [64, 128], slice = [16, 32], optimizer = ['sgd', 'adam']}");
  for (const Rule& rule : rules()) {
    if (rule.demand != Rule::Demand::EveryRun) continue;
    for (const RunSettings& run : study.runs) EXPECT_TRUE(rule.holds(run)) << rule.key;
  }
}

}  // namespace
}  // namespace plumb::study
