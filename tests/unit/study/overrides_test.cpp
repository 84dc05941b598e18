#include <gtest/gtest.h>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::error_of;
using testing::labels_of;
using testing::parse;
using Labels = std::vector<std::string>;

TEST(override, replaces_a_line_of_the_file) {
  const Study study = parse("[network]\ndepth = [3, 10, 30]\n[train]\nsteps = 300",
                            {"network.depth=4", "train.steps=50"});
  ASSERT_EQ(study.runs.size(), 1U);
  EXPECT_EQ(study.runs[0].network.depth, 4U);
  EXPECT_EQ(study.runs[0].train.steps, 50U);
}

TEST(override, adds_what_the_file_does_not_say) {
  EXPECT_EQ(parse("", {"train.seed = 5"}).runs[0].train.seed, 5U);
}

TEST(override, may_sweep) {
  EXPECT_EQ(
      labels_of(parse("", {"network.depth=[4,8]", "network.activation=[\"relu\", 'tanh']"})),
      (Labels{"relu-glorot-4x128", "tanh-glorot-4x128", "relu-glorot-8x128", "tanh-glorot-8x128"}));
}

TEST(override, takes_bare_words_as_strings) {
  EXPECT_EQ(parse("", {"network.activation=relu"}).runs[0].label, "relu-glorot-10x128");
  EXPECT_EQ(labels_of(parse("", {"network.activation=[relu, leaky_relu,]"})),
            (Labels{"relu-glorot-10x128", "leaky_relu-glorot-10x128"}));
  EXPECT_EQ(parse("", {"study.name=2024-01-31"}).name, "2024-01-31");
  EXPECT_EQ(parse("", {"data.source=idx", "data.path=/sets/my data"}).runs[0].data.path,
            "/sets/my data");
  EXPECT_EQ(parse("", {"data.source=idx", "data.path=a=b\\c"}).runs[0].data.path, "a=b\\c");
}

TEST(override, given_twice_counts_as_the_last) {
  EXPECT_EQ(parse("", {"train.seed=5", "train.seed=6"}).runs[0].train.seed, 6U);
}

TEST(override, replaces_a_line_that_would_be_refused) {
  EXPECT_EQ(parse("network.depth = -1", {"network.depth=2"}).runs[0].network.depth, 2U);
  EXPECT_EQ(parse("network.depth = []", {"network.depth=2"}).runs[0].network.depth, 2U);
}

TEST(override, empties_a_list_of_steps) {
  const Study study =
      parse("record.snapshot_steps = [80]", {"train.steps=50", "record.snapshot_steps=[]"});
  EXPECT_TRUE(study.runs[0].record.snapshot_steps.empty());
}

TEST(override, drops_lines_it_leaves_without_effect) {
  const std::string mnist = "data = {source = 'idx', path = 'mnist'}";
  EXPECT_EQ(parse(mnist, {"data.source=shapes"}).runs[0].data.path, "");
  const std::string leaky = "network = {activation = 'leaky_relu', negative_slope = [0.1, 0.3]}";
  EXPECT_EQ(labels_of(parse(leaky, {"network.activation=relu"})), (Labels{"relu-glorot-10x128"}));
  EXPECT_EQ(parse(leaky, {"network.activation=relu"}).runs[0].network.negative_slope, 0.01);
}

TEST(override, drops_lines_of_other_families_and_optimizers) {
  const std::string cnn =
      "network = {family = 'cnn', kernel = 5, pooling = 'average', pool_every = 1}";
  const RunSettings mlp = parse(cnn, {"network.family=mlp"}).runs[0];
  EXPECT_EQ(mlp.network.kernel, 3U);
  EXPECT_EQ(mlp.network.pooling, net::Pooling::Max);
  EXPECT_EQ(mlp.network.pool_every, 2U);
  EXPECT_EQ(parse(cnn, {"network.pooling=none"}).runs[0].network.pool_every, 2U);
  const std::string rnn = "network = {family = 'rnn', recurrent_gain = 1.5}";
  EXPECT_EQ(parse(rnn, {"network.family=cnn"}).runs[0].network.recurrent_gain, 1.0);
  const std::string residual = "network.residual = [true, false]";
  EXPECT_EQ(labels_of(parse(residual, {"network.family=rnn"})),
            (Labels{"rnn-sigmoid-glorot-10x128"}));
  EXPECT_EQ(parse("train.momentum = 0.9", {"train.optimizer=adam"}).runs[0].train.momentum, 0.0);
  const std::string adam = "train = {optimizer = 'adam', beta1 = 0.5, beta2 = 0.5, epsilon = 1}";
  const RunSettings sgd = parse(adam, {"train.optimizer=sgd"}).runs[0];
  EXPECT_EQ(sgd.train.beta1, 0.9);
  EXPECT_EQ(sgd.train.beta2, 0.999);
  EXPECT_EQ(sgd.train.epsilon, 1e-8);
}

TEST(override, of_the_algorithm_drops_lines_of_the_tree) {
  const std::string tree =
      "record.buckets = true\n"
      "allreduce = {bucket_kib = 16, overlap = false, wire = 'bfloat16', stall_seconds = 5}";
  const RunSettings run = parse(tree, {"allreduce.algorithm=mpi"}).runs[0];
  EXPECT_FALSE(run.record.buckets);
  EXPECT_EQ(run.train.allreduce.bucket_kib, 2048U);
  EXPECT_TRUE(run.train.allreduce.overlap);
  EXPECT_EQ(run.train.allreduce.wire, math::NumberFormat::Float32);
  EXPECT_EQ(run.train.allreduce.stall_seconds, 5);
}

// Dropped, the line would give way to its default, and that pools.
TEST(override, of_the_depth_keeps_pooling_that_comes_too_late_and_refuses_it) {
  EXPECT_EQ(error_of("network = {family = 'cnn', pool_every = 3}", {"network.depth=2"}),
            "study.toml:1: network.pool_every = 3 has no effect, network.depth is 2 (--set "
            "network.depth=2); allowed: an integer from 1 to 2");
  EXPECT_EQ(error_of("network.family = 'cnn'", {"network.depth=2", "network.pool_every=3"}),
            "--set network.pool_every=3: network.pool_every = 3 has no effect, network.depth is 2 "
            "(--set network.depth=2); allowed: an integer from 1 to 2");
}

TEST(override, takes_true_and_false_and_numbers_or_words) {
  EXPECT_TRUE(parse("", {"network.residual=true"}).runs[0].network.residual);
  EXPECT_EQ(parse("", {"network.residual=[false, true]"}).runs.size(), 2U);
  EXPECT_TRUE(parse("", {"train.loss_scale=dynamic"}).runs[0].train.loss_scale.dynamic);
  EXPECT_EQ(
      labels_of(parse("", {"train.loss_scale=[8, dynamic]"})),
      (Labels{"sigmoid-glorot-10x128-loss_scale8", "sigmoid-glorot-10x128-loss_scale_dynamic"}));
  EXPECT_EQ(error_of("", {"network.residual=yes"}),
            "--set network.residual=yes: network.residual must be a boolean, not the string "
            "\"yes\"; allowed: true or false");
}

TEST(override, without_effect_itself_is_refused) {
  EXPECT_EQ(error_of("", {"network.activation=relu", "network.negative_slope=0.3"}),
            "--set network.negative_slope=0.3: network.negative_slope has no effect, "
            "network.activation is relu (--set network.activation=relu); allowed: only with "
            "network.activation = leaky_relu");
}

TEST(override, is_kept_below_the_text_as_a_comment) {
  EXPECT_EQ(parse("[network]", {"train.seed=5", "network.depth=[1,\n2]"}).toml,
            "[network]\n# --set train.seed=5\n# --set network.depth=[1, 2]\n");
  const std::string path(300, 'x');
  const Study study = parse("", {"data.source=idx", "data.path=" + path});
  EXPECT_EQ(study.toml, "# --set data.source=idx\n# --set data.path=" + path + "\n");
}

TEST(override, without_a_value_is_refused) {
  EXPECT_EQ(error_of("", {"foo"}),
            "--set foo: no value; allowed: KEY=VALUE, such as train.steps=50");
  EXPECT_EQ(error_of("", {"train.steps="}).substr(0, 40),
            "--set train.steps=: not a TOML value: Er");
}

TEST(override, of_an_unknown_key_is_refused) {
  EXPECT_EQ(error_of("", {"allreduce.algoritm=mpi"}),
            "--set allreduce.algoritm=mpi: unknown key allreduce.algoritm; did you mean "
            "allreduce.algorithm? allowed in [allreduce]: algorithm, bucket_kib, overlap, wire, "
            "stall_seconds");
  EXPECT_EQ(error_of("", {"depth=3"}),
            "--set depth=3: unknown key depth; did you mean network.depth? allowed: keys in "
            "[study], [network], [data], [train], [record], [allreduce]");
  EXPECT_EQ(error_of("", {"=3"}),
            "--set =3: unknown key ; allowed: keys in [study], [network], [data], [train], "
            "[record], [allreduce]");
}

TEST(override, that_is_wrong_is_named_in_place_of_the_line) {
  EXPECT_EQ(
      error_of("network.depth = 3", {"network.depth=-1"}),
      "--set network.depth=-1: network.depth = -1 is out of range; allowed: an integer from 0 "
      "to 10000");
  EXPECT_EQ(error_of("", {"train.seed=abc"}),
            "--set train.seed=abc: train.seed must be an integer, not the string \"abc\"; allowed: "
            "an integer >= 0");
  EXPECT_EQ(error_of("", {"network.activation=[]"}),
            "--set network.activation=[]: network.activation = [] is a sweep of zero runs; "
            "allowed: one of sigmoid, tanh, relu, leaky_relu, linear, gelu, silu, elu, selu, "
            "softplus, softsign, erf, hard_tanh, or a list of at least one such value");
  EXPECT_EQ(error_of("[train]\nslice = 32", {"train.batch=100"}),
            "--set train.batch=100: train.batch = 100 is not a multiple of train.slice = 32 "
            "(study.toml:2); allowed: a multiple of 32, such as 96 or 128");
  EXPECT_EQ(error_of("record.snapshot_steps = [80]", {"train.steps=50"}),
            "study.toml:1: record.snapshot_steps holds 80, train.steps is 50 (--set "
            "train.steps=50); allowed: integers from 0 to 49");
}

TEST(override, with_malformed_toml_is_refused_in_one_line) {
  for (const std::string argument :
       {"network.depth=[4,8", "network.depth=[4,,8]", "network.depth=4 8", "train.seed=\"a",
        "train.seed=1\nfoo=2", "data.path=\xff", "network.depth=[[4]", "train.seed=#1"}) {
    const std::string message = error_of("", {argument});
    EXPECT_EQ(message.find("--set "), 0U) << message;
    EXPECT_NE(message.find("; allowed: "), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace plumb::study
