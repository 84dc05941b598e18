#include <gtest/gtest.h>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::labels_of;
using testing::parse;

TEST(study, of_an_empty_file_is_one_run_of_defaults) {
  const Study study = parse("");
  ASSERT_EQ(study.runs.size(), 1U);
  const RunSettings& run = study.runs[0];
  EXPECT_EQ(run.index, 0U);
  EXPECT_EQ(run.label, "sigmoid-glorot-10x128");
  EXPECT_EQ(run.network.negative_slope, 0.01);
  EXPECT_EQ(run.network.weight_variance, 1.0);
  EXPECT_EQ(run.network.bias_variance, 0.0);
  EXPECT_EQ(run.data.source, data::Source::Shapes);
  EXPECT_EQ(run.data.inputs, 784U);
  EXPECT_EQ(run.data.classes, 10U);
  EXPECT_EQ(run.train.batch, 256U);
  EXPECT_EQ(run.train.loss, net::Loss::SoftmaxCrossEntropy);
  EXPECT_EQ(run.train.evaluate_every, 0U);
  EXPECT_EQ(run.train.seed, 1U);
  EXPECT_EQ(run.record.every, 1U);
  EXPECT_TRUE(run.record.snapshot_steps.empty());
  EXPECT_FALSE(run.record.buckets);
  EXPECT_EQ(run.train.allreduce.algorithm, train::AllreduceAlgorithm::Tree);
  EXPECT_EQ(run.train.allreduce.bucket_kib, 2048U);
  EXPECT_TRUE(run.train.allreduce.overlap);
  EXPECT_EQ(run.train.allreduce.wire, math::NumberFormat::Float32);
  EXPECT_EQ(run.train.allreduce.stall_seconds, 30);
}

TEST(study, sets_the_size_of_the_teacher) {
  const Study study = parse("data = {source = \"teacher\", inputs = 20, classes = 3}");
  EXPECT_EQ(study.runs[0].data.inputs, 20U);
  EXPECT_EQ(study.runs[0].data.classes, 3U);
}

TEST(study, sweeps_a_list_with_the_last_key_of_the_contract_fastest) {
  // In the file the order of the keys is reversed: only the contract's order counts.
  const Study study = parse(R"(
[train]
seed = [1, 2]
[network]
init = "he"
activation = ["sigmoid", "relu"]
depth = [3, 10]
)");
  const std::vector<std::string> expected{"sigmoid-he-3x128-seed1",  "sigmoid-he-3x128-seed2",
                                          "relu-he-3x128-seed1",     "relu-he-3x128-seed2",
                                          "sigmoid-he-10x128-seed1", "sigmoid-he-10x128-seed2",
                                          "relu-he-10x128-seed1",    "relu-he-10x128-seed2"};
  EXPECT_EQ(labels_of(study), expected);
  for (std::size_t i = 0; i < study.runs.size(); ++i) EXPECT_EQ(study.runs[i].index, i);
  EXPECT_EQ(study.runs[5].network.depth, 10U);
  EXPECT_EQ(study.runs[5].network.activation, math::Activation::Sigmoid);
  EXPECT_EQ(study.runs[5].train.seed, 2U);
}

TEST(study, keeps_the_order_of_values_within_a_list) {
  const Study study = parse("network.depth = [30, 3, 10]");
  EXPECT_EQ(study.runs[0].network.depth, 30U);
  EXPECT_EQ(study.runs[1].network.depth, 3U);
  EXPECT_EQ(study.runs[2].network.depth, 10U);
}

TEST(study, takes_a_list_of_one_value_as_that_value) {
  const Study study = parse("train.seed = [5]");
  EXPECT_EQ(labels_of(study), (std::vector<std::string>{"sigmoid-glorot-10x128"}));
  EXPECT_EQ(study.runs[0].train.seed, 5U);
}

TEST(study, takes_integers_where_numbers_are_expected) {
  EXPECT_EQ(parse("train.learning_rate = 1").runs[0].train.learning_rate, 1.0);
}

TEST(study, takes_the_snapshot_steps_as_one_value_in_rising_order) {
  const Study study = parse("record.snapshot_steps = [50, 0, 10]\nnetwork.depth = [1, 2]");
  ASSERT_EQ(study.runs.size(), 2U);
  for (const RunSettings& run : study.runs) {
    EXPECT_EQ(run.record.snapshot_steps, (std::vector<std::uint64_t>{0, 10, 50}));
  }
}

TEST(study, accepts_the_ends_of_every_range) {
  EXPECT_EQ(parse("network.depth = [0, 10000]").runs.size(), 2U);
  EXPECT_EQ(parse("network.width = [1, 65536]").runs.size(), 2U);
  EXPECT_EQ(parse("network = {activation = 'leaky_relu', negative_slope = [0, 1]}").runs.size(),
            2U);
  EXPECT_EQ(parse("network = {init = 'scaled', bias_variance = 0}").runs.size(), 1U);
  EXPECT_EQ(parse("train = {learning_rate = 0, momentum = 0, weight_decay = 0}").runs.size(), 1U);
  EXPECT_EQ(parse("network = {family = 'cnn', depth = 1, kernel = [1, 31]}").runs.size(), 2U);
  EXPECT_EQ(parse("train.loss_scale = [1e-12, 1099511627776]").runs.size(), 2U);
  EXPECT_EQ(
      parse("train = {optimizer = 'adam', beta1 = 0, beta2 = 0, epsilon = 1e-30}").runs.size(), 1U);
  EXPECT_EQ(parse("train.momentum = 0.999999").runs.size(), 1U);
  EXPECT_EQ(parse("train = {optimizer = 'adam', beta1 = 0.999999, beta2 = 0.999999}").runs.size(),
            1U);
  EXPECT_EQ(parse("train = {batch = 1, slice = 1, steps = 1000000000}").runs.size(), 1U);
  EXPECT_EQ(parse("allreduce.bucket_kib = [1, 1048576]").runs.size(), 2U);
  EXPECT_EQ(parse("allreduce.stall_seconds = [1e-300, 1e6]").runs.size(), 2U);
  EXPECT_EQ(parse("train.seed = [0, 9223372036854775807]").runs[1].train.seed,
            9223372036854775807U);
}

TEST(study, of_100000_runs_is_accepted) {
  std::string seeds = "train.seed = [0";
  for (int i = 1; i < 50'000; ++i) seeds += ", " + std::to_string(i);
  EXPECT_EQ(parse(seeds + "]\nnetwork.depth = [1, 2]").runs.size(), 100'000U);
}

TEST(study, is_named_after_its_file_unless_it_says_otherwise) {
  EXPECT_EQ(parse_study("", "jobs/studies/sigmoid_vs_relu.toml", {}).name, "sigmoid_vs_relu");
  EXPECT_EQ(parse_study("", "a study.v2.toml", {}).name, "a_study_v2");
  EXPECT_EQ(parse_study("", "tiefe-größe 1.toml", {}).name, "tiefe-größe_1");
  EXPECT_EQ(parse_study("", "not\xffUTF-8.toml", {}).name, "not_UTF-8");
  EXPECT_EQ(parse_study("", "", {}).name, "study");
  EXPECT_EQ(parse_study("study.name = 'x'", "y.toml", {}).name, "x");
  EXPECT_EQ(parse_study("", "y.toml", {}).runs[0].study_name, "y");
}

TEST(study, keeps_the_text_as_read) {
  const std::string text = "# why\n[network]\ndepth = 3";
  EXPECT_EQ(parse(text).toml, text);
}

}  // namespace
}  // namespace plumb::study
