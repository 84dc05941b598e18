// Pairs of values that do not go together, word for word, with their lines.
#include <gtest/gtest.h>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::error_of;

TEST(adding_problem, is_for_recurrent_networks) {
  EXPECT_EQ(error_of("[data]\nsource = 'adding'"),
            "study.toml:2: data.source = adding cannot be combined with network.family = mlp (the "
            "default): it is a sequence; allowed: adding only with network.family = rnn");
  EXPECT_EQ(error_of("[network]\nfamily = 'cnn'\n[data]\nsource = ['shapes',\n'adding']"),
            "study.toml:5: data.source = adding cannot be combined with network.family = cnn "
            "(study.toml:2): it is a sequence; allowed: adding only with network.family = rnn");
  EXPECT_EQ(error_of("data.source = 'adding'\nnetwork.family = 'rnn'"), "accepted");
}

TEST(adding_problem, must_fit_every_family_it_is_swept_with) {
  EXPECT_EQ(error_of("[network]\nfamily = [\n'rnn',\n'mlp']\n[data]\nsource = 'adding'"),
            "study.toml:6: data.source = adding cannot be combined with network.family = mlp "
            "(study.toml:4): it is a sequence; allowed: adding only with network.family = rnn");
}

TEST(adding_problem, is_learned_by_squared_error) {
  const std::string adding = "network.family = 'rnn'\ndata.source = 'adding'\ntrain.loss = ";
  EXPECT_EQ(
      error_of(adding + "'softmax_cross_entropy'"),
      "study.toml:3: train.loss = softmax_cross_entropy cannot be combined with data.source = "
      "adding (study.toml:2): its target is a number, not a class; allowed: "
      "mean_squared_error");
  EXPECT_EQ(
      error_of(adding + "['mean_squared_error', 'sigmoid_cross_entropy']"),
      "study.toml:3: train.loss = sigmoid_cross_entropy cannot be combined with data.source = "
      "adding (study.toml:2): its target is a number, not a class; allowed: "
      "mean_squared_error");
  EXPECT_EQ(error_of(adding + "'mean_squared_error'"), "accepted");
}

TEST(adding_problem, needs_two_time_steps) {
  EXPECT_EQ(error_of("network = {family = 'rnn', depth = [50, 1]}\ndata.source = 'adding'"),
            "study.toml:1: network.depth = 1 cannot be combined with data.source = adding "
            "(study.toml:2): two time steps are added; allowed: an integer from 2 to 10000");
}

TEST(depth_zero, is_for_mlp) {
  EXPECT_EQ(error_of("network.depth = 0"), "accepted");
  EXPECT_EQ(error_of("[network]\nfamily = ['mlp', 'cnn']\ndepth = [4,\n0]"),
            "study.toml:4: network.depth = 0 cannot be combined with network.family = cnn "
            "(study.toml:2): only mlp works without hidden layers; allowed: an integer from 1 to "
            "10000");
  EXPECT_EQ(error_of("", {"network.family=rnn", "network.depth=0"}),
            "--set network.depth=0: network.depth = 0 cannot be combined with network.family = rnn "
            "(--set network.family=rnn): only mlp works without hidden layers; allowed: an "
            "integer from 1 to 10000");
}

TEST(identity, is_for_recurrent_networks) {
  EXPECT_EQ(
      error_of("network.init = 'identity'"),
      "study.toml:1: network.init = identity cannot be combined with network.family = mlp (the "
      "default): it is for the square matrix between time steps; allowed: identity only "
      "with network.family = rnn");
  EXPECT_EQ(error_of("[network]\nfamily = ['rnn', 'cnn']\ninit = ['he', 'identity']"),
            "study.toml:3: network.init = identity cannot be combined with network.family = cnn "
            "(study.toml:2): it is for the square matrix between time steps; allowed: identity "
            "only with network.family = rnn");
  EXPECT_EQ(error_of("network = {family = 'rnn', init = ['orthogonal', 'identity']}"), "accepted");
}

TEST(residual, is_not_for_recurrent_networks) {
  EXPECT_EQ(error_of("[network]\nfamily = ['mlp', 'rnn']\nresidual = [false, true]"),
            "study.toml:3: network.residual = true cannot be combined with network.family = rnn "
            "(study.toml:2): an rnn has no skip connections; allowed: true only with "
            "network.family = mlp or cnn");
  EXPECT_EQ(error_of("network = {family = ['mlp', 'rnn'], residual = false}"), "accepted");
  EXPECT_EQ(error_of("network = {family = ['mlp', 'cnn'], residual = [true, false]}"), "accepted");
}

TEST(residual, needs_a_second_hidden_layer) {
  EXPECT_EQ(error_of("[network]\nresidual = true\ndepth = 1"),
            "study.toml:2: network.residual = true cannot be combined with network.depth = 1 "
            "(study.toml:3): skips begin at the second hidden layer; allowed: true only with "
            "network.depth >= 2");
  EXPECT_EQ(
      error_of("network.family = 'cnn'\nnetwork.residual = true", {"network.depth=1"}),
      "study.toml:2: network.residual = true cannot be combined with network.depth = 1 (--set "
      "network.depth=1): skips begin at the second hidden layer; allowed: true only with "
      "network.depth >= 2");
  EXPECT_EQ(error_of("[network]\nresidual = [false,\ntrue]\ndepth = [4,\n0]"),
            "study.toml:3: network.residual = true cannot be combined with network.depth = 0 "
            "(study.toml:5): skips begin at the second hidden layer; allowed: true only with "
            "network.depth >= 2");
  EXPECT_EQ(error_of("network = {depth = [0, 1], residual = false}"), "accepted");
  EXPECT_EQ(error_of("network = {depth = [2, 9], residual = [true, false]}"), "accepted");
}

TEST(convolution, needs_images) {
  EXPECT_EQ(error_of("network.family = 'cnn'\ndata.source = 'teacher'"),
            "study.toml:2: data.source = teacher cannot be combined with network.family = cnn "
            "(study.toml:1): its samples are no images; allowed: shapes, idx, csv, hdf5, npy or "
            "cifar with "
            "network.family = cnn");
  EXPECT_EQ(error_of("network.family = 'cnn'\ndata.source = ['shapes', 'spirals']"),
            "study.toml:2: data.source = spirals cannot be combined with network.family = cnn "
            "(study.toml:1): its samples are no images; allowed: shapes, idx, csv, hdf5, npy or "
            "cifar with "
            "network.family = cnn");
  EXPECT_EQ(error_of("network.family = 'cnn'"), "accepted");
  EXPECT_EQ(error_of("network.family = 'cnn'\ndata = {source = ['idx', 'csv'], path = 'x'}"),
            "accepted");
}

TEST(recurrence, reads_every_kind_of_data) {
  EXPECT_EQ(error_of("network.family = 'rnn'\ndata = {source = ['shapes', 'teacher', 'spirals', "
                     "'idx', 'csv'], path = 'x'}"),
            "accepted");
}

TEST(narrow_gradients, need_float32) {
  EXPECT_EQ(
      error_of("[train]\nprecision = 'float64'\ngradient_format = 'float16'"),
      "study.toml:3: train.gradient_format = float16 cannot be combined with train.precision = "
      "float64 (study.toml:2): reduced-precision formats are emulated in float32; allowed: "
      "float32, or "
      "train.precision = float32");
  EXPECT_EQ(
      error_of("[train]\nprecision = ['float32', 'float64']\ngradient_format = 'bfloat16'"),
      "study.toml:3: train.gradient_format = bfloat16 cannot be combined with train.precision = "
      "float64 (study.toml:2): reduced-precision formats are emulated in float32; allowed: "
      "float32, or "
      "train.precision = float32");
  EXPECT_EQ(error_of("train = {precision = 'float64', gradient_format = 'float32'}"), "accepted");
  EXPECT_EQ(error_of("train.gradient_format = ['float32', 'bfloat16', 'float16']"), "accepted");
}

TEST(narrow_wire, needs_float32) {
  EXPECT_EQ(
      error_of("[train]\nprecision = 'float64'\n[allreduce]\nwire = 'bfloat16'"),
      "study.toml:4: allreduce.wire = bfloat16 cannot be combined with train.precision = float64 "
      "(study.toml:2): reduced precision is for float32 gradients; float64 is sent unchanged; "
      "allowed: float32, or train.precision = float32");
  EXPECT_EQ(
      error_of("[allreduce]\nwire = ['float32',\n'float16']",
               {"train.precision=[float32, float64]"}),
      "study.toml:3: allreduce.wire = float16 cannot be combined with train.precision = float64 "
      "(--set train.precision=[float32, float64]): reduced precision is for float32 "
      "gradients; float64 is sent unchanged; allowed: float32, or train.precision = float32");
  EXPECT_EQ(error_of("train.precision = 'float64'\nallreduce.wire = 'float32'"), "accepted");
  EXPECT_EQ(error_of("allreduce.wire = ['float32', 'bfloat16', 'float16']"), "accepted");
  EXPECT_EQ(error_of("train.gradient_format = 'bfloat16'\nallreduce.wire = 'float16'"), "accepted");
}

TEST(loss_scale, goes_with_every_format_and_precision) {
  EXPECT_EQ(error_of("train = {loss_scale = [1024, 'dynamic'], precision = 'float64'}"),
            "accepted");
  EXPECT_EQ(error_of("train = {loss_scale = [1024, 'dynamic'], gradient_format = 'float16'}"),
            "accepted");
  EXPECT_EQ(error_of("train = {gradient_format = 'float16', loss_scale = 0}"),
            "study.toml:1: train.loss_scale = 0 is out of range; allowed: a finite number >= 1e-12 "
            "and <= 1099511627776, or dynamic");
}

}  // namespace
}  // namespace plumb::study
