// Every refusal, word for word, with its line.
#include <gtest/gtest.h>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::error_of;

TEST(unknown_key, names_its_line_the_likely_meaning_and_what_is_allowed) {
  EXPECT_EQ(error_of("# a study\n[network]\nwidth = 10\ndept = 3\n"),
            "study.toml:4: unknown key network.dept; did you mean network.depth? allowed in "
            "[network]: family, depth, width, activation, negative_slope, init, weight_variance, "
            "bias_variance, residual, kernel, pooling, pool_every, recurrent_gain");
  EXPECT_EQ(error_of("[record]\nfolder = 10"),
            "study.toml:2: unknown key record.folder; allowed in [record]: every, "
            "histogram_every, snapshot_steps, buckets");
  EXPECT_EQ(error_of("[allreduce]\n\noverlaps = true"),
            "study.toml:3: unknown key allreduce.overlaps; did you mean allreduce.overlap? allowed "
            "in [allreduce]: algorithm, bucket_kib, overlap, wire, stall_seconds");
}

TEST(unknown_key, in_the_wrong_table_is_sent_to_the_right_one) {
  EXPECT_EQ(error_of("[network]\nseed = 3"),
            "study.toml:2: unknown key network.seed; did you mean train.seed? allowed in "
            "[network]: family, depth, width, activation, negative_slope, init, weight_variance, "
            "bias_variance, residual, kernel, pooling, pool_every, recurrent_gain");
}

TEST(unknown_key, outside_any_table_is_sent_to_its_table) {
  EXPECT_EQ(error_of("dpeth = 3"),
            "study.toml:1: unknown key dpeth; did you mean network.depth? allowed: keys in "
            "[study], [network], [data], [train], [record], [allreduce]");
}

TEST(unknown_key, deeper_than_the_tables_is_unknown) {
  EXPECT_EQ(error_of("[record.every]\nstep = 3"),
            "study.toml:1: record.every must be an integer, not a table; allowed: an integer >= 1");
  EXPECT_EQ(error_of("[allreduce.wire]\nformat = 3"),
            "study.toml:1: allreduce.wire must be a string, not a table; allowed: one of float32, "
            "bfloat16, float16");
}

TEST(unknown_key, comes_in_the_order_of_the_file) {
  EXPECT_EQ(error_of("[train]\nzz = 3\naa = 4").substr(0, 36),
            "study.toml:2: unknown key train.zz; ");
}

TEST(unknown_key, with_control_characters_stays_on_one_line) {
  EXPECT_EQ(error_of("[allreduce]\n\"a\\nb\" = 1"),
            "study.toml:2: unknown key allreduce.a b; allowed in [allreduce]: algorithm, "
            "bucket_kib, overlap, wire, stall_seconds");
}

TEST(unknown_table, names_its_line_the_likely_meaning_and_what_is_allowed) {
  EXPECT_EQ(error_of("[train]\nseed = 2\n[netwrok]\ndepth = 3"),
            "study.toml:3: unknown table [netwrok]; did you mean [network]? allowed: [study], "
            "[network], [data], [train], [record], [allreduce]");
  EXPECT_EQ(error_of("[theory]"),
            "study.toml:1: unknown table [theory]; allowed: [study], [network], [data], [train], "
            "[record], [allreduce]");
}

TEST(table, must_be_a_table) {
  EXPECT_EQ(error_of("\nnetwork = 3"),
            "study.toml:2: network must be a table; allowed: [network] with its keys below");
  EXPECT_EQ(error_of("[[network]]\ndepth = 3"),
            "study.toml:1: network must be a table; allowed: [network] with its keys below");
}

TEST(toml_syntax, is_reported_with_its_line) {
  EXPECT_EQ(error_of("[network]\ndepth = \n"),
            "study.toml:2: not valid TOML: Error while parsing key-value pair: expected "
            "value, saw '\\n'; allowed: TOML 1.0 (toml.io)");
  EXPECT_EQ(error_of("[train]\nseed = 1\nseed = 2\n").substr(0, 31),
            "study.toml:3: not valid TOML: E");
  EXPECT_EQ(error_of("[train]\nloss = relu\n").substr(0, 30), "study.toml:2: not valid TOML: ");
  const std::string invalid_utf8 = error_of("[train]\nloss = \"\xff\"\n");
  EXPECT_EQ(invalid_utf8.substr(0, 30), "study.toml:2: not valid TOML: ");
  EXPECT_EQ(invalid_utf8.find('\n'), std::string::npos);
}

TEST(wrong_type, says_what_was_given_and_what_is_allowed) {
  EXPECT_EQ(error_of("[network]\ndepth = \"ten\""),
            "study.toml:2: network.depth must be an integer, not the string \"ten\"; allowed: an "
            "integer from 0 to 10000");
  EXPECT_EQ(error_of("network.depth = 3.0"),
            "study.toml:1: network.depth must be an integer, not the float 3.0; allowed: an "
            "integer from 0 to 10000");
  EXPECT_EQ(error_of("train.seed = true"),
            "study.toml:1: train.seed must be an integer, not the boolean true; allowed: an "
            "integer >= 0");
  EXPECT_EQ(error_of("train.momentum = '0.9'"),
            "study.toml:1: train.momentum must be a number, not the string \"0.9\"; allowed: a "
            "finite number >= 0 and <= 0.999999");
  EXPECT_EQ(error_of("network.init = 2"),
            "study.toml:1: network.init must be a string, not the integer 2; allowed: one of "
            "glorot, he, lecun, scaled, unit_normal, unit_uniform, orthogonal, identity");
  EXPECT_EQ(error_of("network.residual = 'true'"),
            "study.toml:1: network.residual must be a boolean, not the string \"true\"; allowed: "
            "true or false");
  EXPECT_EQ(error_of("network.residual = [true, 1]"),
            "study.toml:1: network.residual must be a boolean, not the integer 1; allowed: true or "
            "false");
  EXPECT_EQ(error_of("train.loss_scale = true"),
            "study.toml:1: train.loss_scale must be a number or a word, not the boolean true; "
            "allowed: a finite number >= 1e-12 and <= 1099511627776, or dynamic");
  EXPECT_EQ(error_of("network.kernel = 3.0"),
            "study.toml:1: network.kernel must be an integer, not the float 3.0; allowed: an odd "
            "integer from 1 to 31");
  EXPECT_EQ(error_of("data.path = 2024-01-01"),
            "study.toml:1: data.path must be a string, not a date or time; allowed: a string");
  EXPECT_EQ(error_of("study.name = ['a', 'b']"),
            "study.toml:1: study.name must be a string, not a list; allowed: 1 to 100 letters, "
            "digits, \"-\" and \"_\"");
}

TEST(wrong_type, within_a_list_names_the_line_of_the_element) {
  EXPECT_EQ(error_of("network.depth = [\n  3,\n  \"ten\"\n]"),
            "study.toml:3: network.depth must be an integer, not the string \"ten\"; allowed: an "
            "integer from 0 to 10000");
}

TEST(unknown_choice, names_the_likely_meaning_and_what_is_allowed) {
  EXPECT_EQ(error_of("[network]\nactivation = [\"tanh\", \"leaky-relu\"]"),
            "study.toml:2: network.activation = \"leaky-relu\" is unknown; did you mean "
            "\"leaky_relu\"? allowed: one of sigmoid, tanh, relu, leaky_relu, linear, gelu, "
            "silu, elu, selu, softplus, softsign, erf, hard_tanh");
  EXPECT_EQ(error_of("network.family = \"gru\""),
            "study.toml:1: network.family = \"gru\" is unknown; allowed: one of mlp, cnn, rnn");
  EXPECT_EQ(error_of("data.source = \"json\""),
            "study.toml:1: data.source = \"json\" is unknown; allowed: one of shapes, teacher, "
            "spirals, idx, csv, hdf5, npy, cifar, adding");
  EXPECT_EQ(
      error_of("network.pooling = \"avg\""),
      "study.toml:1: network.pooling = \"avg\" is unknown; allowed: one of max, average, none");
  EXPECT_EQ(error_of("train.optimizer = \"adma\""),
            "study.toml:1: train.optimizer = \"adma\" is unknown; did you mean \"adam\"? allowed: "
            "one of sgd, adam, nesterov");
  EXPECT_EQ(
      error_of("train.gradient_format = \"float8\""),
      "study.toml:1: train.gradient_format = \"float8\" is unknown; did you mean \"float32\"? "
      "allowed: one of float32, bfloat16, float16");
}

TEST(unknown_choice, of_the_wire_names_its_formats) {
  EXPECT_EQ(
      error_of("allreduce.wire = \"bf16\""),
      "study.toml:1: allreduce.wire = \"bf16\" is unknown; allowed: one of float32, bfloat16, "
      "float16");
  EXPECT_EQ(
      error_of("allreduce.overlap = 1"),
      "study.toml:1: allreduce.overlap must be a boolean, not the integer 1; allowed: true or "
      "false");
}

TEST(text_without_quotes, is_told_to_need_them) {
  for (const auto& [text, word] : {std::pair("[train]\nloss = relu\n", "relu"),
                                   {"[network]\ndepth = [3, tanh] # a\n", "tanh"},
                                   {"[data]\npath = data/wine.csv\n", "data/wine.csv"},
                                   {"[network]\nactivation = [\"tanh\", relu]\n", "relu"}}) {
    const std::string message = error_of(text);
    EXPECT_EQ(message.find("study.toml:2: not valid TOML: "), 0U) << message;
    EXPECT_NE(message.find(std::string("; a text needs quotes: \"") + word + "\"; allowed: "),
              std::string::npos)
        << message;
  }
}

TEST(text_without_quotes, is_not_seen_where_there_is_none) {
  for (const char* text :
       {"[train]\nsteps = [1, true\n", "[train]\nsteps = 1e5 # many steps = x\n = 3",
        "[train]\nloss = \"mean squared\n", "[train]\nlearning_rate = inf inf\n"}) {
    EXPECT_EQ(error_of(text).find("needs quotes"), std::string::npos) << error_of(text);
  }
}

TEST(study_name, must_be_usable_in_a_file_name) {
  EXPECT_EQ(error_of("study.name = \"a/b\""),
            "study.toml:1: study.name = \"a/b\" cannot be part of a file name; allowed: 1 to 100 "
            "letters, digits, \"-\" and \"_\"");
  EXPECT_NE(error_of("study.name = \"\""), "accepted");
  EXPECT_NE(error_of("study.name = \"" + std::string(101, 'a') + "\""), "accepted");
}

TEST(study_name, may_be_in_any_alphabet) {
  for (const std::string name : {"Größe_2", "градиент", "勾配消失", "تدرج", "e\u0301tude"}) {
    EXPECT_EQ(error_of("study.name = \"" + name + "\""), "accepted") << name;
  }
  std::string longest;
  for (int i = 0; i < 80; ++i) longest += "勾";  // 240 bytes
  EXPECT_EQ(error_of("study.name = \"" + longest + "\""), "accepted");
  EXPECT_NE(error_of("study.name = \"" + longest + "配\""), "accepted");
  // A space of no width, an arrow, a direction mark.
  for (const std::string name : {"a\u200bb", "a\u2192b", "a\u202eb"}) {
    EXPECT_NE(error_of("study.name = \"" + name + "\""), "accepted") << name;
  }
}

struct RangeCase {
  const char* text;
  const char* message;
};

class OutOfRange : public ::testing::TestWithParam<RangeCase> {};

TEST_P(OutOfRange, says_what_is_allowed) {
  EXPECT_EQ(error_of(GetParam().text), std::string("study.toml:1: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    every_key, OutOfRange,
    ::testing::Values(
        RangeCase{"allreduce.bucket_kib = 0",
                  "allreduce.bucket_kib = 0 is out of range; allowed: an integer from 1 to "
                  "1048576"},
        RangeCase{"allreduce.bucket_kib = 1048577",
                  "allreduce.bucket_kib = 1048577 is out of range; allowed: an integer from 1 to "
                  "1048576"},
        RangeCase{"allreduce.stall_seconds = 0",
                  "allreduce.stall_seconds = 0 is out of range; allowed: a finite number > 0 and "
                  "<= 1000000"},
        RangeCase{"allreduce.stall_seconds = 1000001",
                  "allreduce.stall_seconds = 1000001 is out of range; allowed: a finite number > 0 "
                  "and <= 1000000"},
        RangeCase{"network.depth = -1",
                  "network.depth = -1 is out of range; allowed: an integer from 0 to 10000"},
        RangeCase{"network.depth = [3, 10001]",
                  "network.depth = 10001 is out of range; allowed: an integer from 0 to 10000"},
        RangeCase{"network.width = 65537",
                  "network.width = 65537 is out of range; allowed: an integer from 1 to 65536, or "
                  "one for each hidden layer as in [[512, 256, 128]]"},
        RangeCase{"network.negative_slope = -0.1",
                  "network.negative_slope = -0.1 is out of range; allowed: a finite number >= 0 "
                  "and <= 1"},
        RangeCase{"network.weight_variance = 0",
                  "network.weight_variance = 0 is out of range; allowed: a finite number > 0 and "
                  "<= 1e+30"},
        RangeCase{"network.bias_variance = -1",
                  "network.bias_variance = -1 is out of range; allowed: a finite number >= 0 and "
                  "<= 1e+30"},
        RangeCase{"data.samples = -1",
                  "data.samples = -1 is out of range; allowed: an integer >= 0"},
        RangeCase{"data.inputs = 0",
                  "data.inputs = 0 is out of range; allowed: an integer from 1 to 1000000"},
        RangeCase{"data.classes = 1",
                  "data.classes = 1 is out of range; allowed: an integer from 2 to 65536"},
        RangeCase{"train.batch = 0",
                  "train.batch = 0 is out of range; allowed: an integer from 1 to 1000000000"},
        RangeCase{"train.slice = 0",
                  "train.slice = 0 is out of range; allowed: an integer from 1 to 1000000000"},
        RangeCase{"train.steps = 1000000001",
                  "train.steps = 1000000001 is out of range; allowed: an integer from 1 to "
                  "1000000000"},
        RangeCase{"train.learning_rate = -0.5",
                  "train.learning_rate = -0.5 is out of range; allowed: a finite number >= 0 and "
                  "<= 1e+30"},
        RangeCase{"train.learning_rate = nan",
                  "train.learning_rate = nan is out of range; allowed: a finite number >= 0 and <= "
                  "1e+30"},
        RangeCase{"train.learning_rate = inf",
                  "train.learning_rate = inf is out of range; allowed: a finite number >= 0 and <= "
                  "1e+30"},
        RangeCase{"train.momentum = 1",
                  "train.momentum = 1 is out of range; allowed: a finite number >= 0 and <= "
                  "0.999999"},
        RangeCase{"train.momentum = 0.99999999",
                  "train.momentum = 0.99999999 is out of range; allowed: a finite number >= 0 and "
                  "<= 0.999999"},
        RangeCase{"train.weight_decay = -0.1",
                  "train.weight_decay = -0.1 is out of range; allowed: a finite number >= 0 and <= "
                  "1e+30"},
        RangeCase{"train.evaluate_every = -1",
                  "train.evaluate_every = -1 is out of range; allowed: an integer >= 0"},
        RangeCase{"train.seed = -1", "train.seed = -1 is out of range; allowed: an integer >= 0"},
        RangeCase{"network.kernel = 33",
                  "network.kernel = 33 is out of range; allowed: an odd integer from 1 to 31"},
        RangeCase{"network.kernel = -1",
                  "network.kernel = -1 is out of range; allowed: an odd integer from 1 to 31"},
        RangeCase{"network.kernel = [3, 4]",
                  "network.kernel = 4 is even; allowed: an odd integer from 1 to 31"},
        RangeCase{"network.pool_every = 0",
                  "network.pool_every = 0 is out of range; allowed: an integer >= 1"},
        RangeCase{"network.recurrent_gain = 0",
                  "network.recurrent_gain = 0 is out of range; allowed: a finite number > 0 and <= "
                  "1e+30"},
        RangeCase{"train.beta1 = 1",
                  "train.beta1 = 1 is out of range; allowed: a finite number >= 0 and <= 0.999999"},
        RangeCase{"train.beta1 = 0.99999999",
                  "train.beta1 = 0.99999999 is out of range; allowed: a finite number >= 0 and <= "
                  "0.999999"},
        RangeCase{"train.beta2 = [0.999, 0.99999999]",
                  "train.beta2 = 0.99999999 is out of range; allowed: a finite number >= 0 and <= "
                  "0.999999"},
        RangeCase{"train.beta2 = -0.1",
                  "train.beta2 = -0.1 is out of range; allowed: a finite number >= 0 and <= "
                  "0.999999"},
        RangeCase{"train.epsilon = 0",
                  "train.epsilon = 0 is out of range; allowed: a finite number >= 1e-30 and <= "
                  "1e+30"},
        RangeCase{"train.loss_scale = 0",
                  "train.loss_scale = 0 is out of range; allowed: a finite number >= 1e-12 and <= "
                  "1099511627776, or dynamic"},
        RangeCase{"train.loss_scale = -8",
                  "train.loss_scale = -8 is out of range; allowed: a finite number >= 1e-12 and <= "
                  "1099511627776, or dynamic"},
        RangeCase{"train.loss_scale = nan",
                  "train.loss_scale = nan is out of range; allowed: a finite number >= 1e-12 and "
                  "<= 1099511627776, or dynamic"},
        RangeCase{"train.loss_scale = 'dynamci'",
                  "train.loss_scale = \"dynamci\" is unknown; did you mean \"dynamic\"? allowed: a "
                  "finite number >= 1e-12 and <= 1099511627776, or dynamic"},
        RangeCase{"train.gradient_clip = -1",
                  "train.gradient_clip = -1 is out of range; allowed: a finite number >= 0 and <= "
                  "1e+30"},
        RangeCase{"record.histogram_every = 0",
                  "record.histogram_every = 0 is out of range; allowed: an integer >= 1"},
        RangeCase{"record.every = 0",
                  "record.every = 0 is out of range; allowed: an integer >= 1"}));

TEST(snapshot_steps, are_a_list_of_different_integers) {
  EXPECT_EQ(error_of("record.snapshot_steps = 3"),
            "study.toml:1: record.snapshot_steps must be a list of integers, not the integer 3; "
            "allowed: a list of different integers >= 0 and below train.steps");
  EXPECT_EQ(error_of("record.snapshot_steps = [[0], [1]]"),
            "study.toml:1: record.snapshot_steps holds a list; "
            "allowed: a list of different integers >= 0 and below train.steps");
  EXPECT_EQ(error_of("record.snapshot_steps = [\n0,\n1.5]"),
            "study.toml:3: record.snapshot_steps holds the float 1.5; "
            "allowed: a list of different integers >= 0 and below train.steps");
  EXPECT_EQ(error_of("record.snapshot_steps = [-1]"),
            "study.toml:1: record.snapshot_steps holds the integer -1; allowed: a list of "
            "different integers "
            ">= 0 and below train.steps");
  EXPECT_EQ(error_of("record.snapshot_steps = [2, 2]"),
            "study.toml:1: record.snapshot_steps holds 2 twice; allowed: a list of different "
            "integers >= 0 and below train.steps");
}

TEST(sweep, of_zero_runs_is_refused) {
  EXPECT_EQ(error_of("[network]\ndepth = []"),
            "study.toml:2: network.depth = [] is a sweep of zero runs; allowed: an integer from 0 "
            "to 10000, or a list of at least one such value");
}

TEST(sweep, of_lists_is_refused) {
  EXPECT_EQ(error_of("[network]\ndepth = [3,\n[4]]"),
            "study.toml:3: network.depth holds a list inside its list; allowed: an integer from 0 "
            "to 10000, or one list of such values");
}

TEST(sweep, with_a_value_twice_is_refused) {
  EXPECT_EQ(error_of("network.activation = [\n'relu',\n'tanh',\n'relu']"),
            "study.toml:4: network.activation holds relu twice; allowed: different values");
  EXPECT_EQ(error_of("train.learning_rate = [1, 1.0]"),
            "study.toml:1: train.learning_rate holds 1 twice; allowed: different values");
  EXPECT_EQ(error_of("train.learning_rate = [0.0, -0.0]"),
            "study.toml:1: train.learning_rate holds 0 twice; allowed: different values");
}

TEST(sweep, of_more_than_100000_runs_is_refused) {
  std::string seeds = "seed = [0";
  for (int i = 1; i < 50'001; ++i) seeds += ", " + std::to_string(i);
  EXPECT_EQ(error_of("network.depth = [1, 2]\n[train]\n" + seeds + "]"),
            "study.toml:3: the study has 100002 runs (2 network.depth x 50001 train.seed); "
            "allowed: at most 100000");
}

}  // namespace
}  // namespace plumb::study
