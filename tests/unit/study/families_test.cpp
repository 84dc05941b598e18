// Keys of convolutional and recurrent networks, of Adam and of narrow gradients.
#include <gtest/gtest.h>

#include <stdexcept>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::labels_of;
using testing::parse;

TEST(study, sets_every_key_of_a_convolutional_network) {
  const RunSettings run = parse(R"(
network = {family = "cnn", residual = true, kernel = 5, pooling = "average", pool_every = 3}
train = {optimizer = "adam", beta1 = 0.8, beta2 = 0.99, epsilon = 1e-7}
)")
                              .runs[0];
  EXPECT_EQ(run.network.family, net::Family::Cnn);
  EXPECT_TRUE(run.network.residual);
  EXPECT_EQ(run.network.kernel, 5U);
  EXPECT_EQ(run.network.pooling, net::Pooling::Average);
  EXPECT_EQ(run.network.pool_every, 3U);
  EXPECT_EQ(run.train.optimizer, train::Optimizer::Adam);
  EXPECT_EQ(run.train.beta1, 0.8);
  EXPECT_EQ(run.train.beta2, 0.99);
  EXPECT_EQ(run.train.epsilon, 1e-7);
}

TEST(study, sets_every_key_of_a_recurrent_network) {
  const RunSettings run = parse(R"(
network = {family = "rnn", init = "identity", recurrent_gain = 0.5}
train = {gradient_format = "float16", loss_scale = 1024, gradient_clip = 1.5}
record.histogram_every = 7
)")
                              .runs[0];
  EXPECT_EQ(run.network.family, net::Family::Rnn);
  EXPECT_EQ(run.network.init, net::Init::Identity);
  EXPECT_EQ(run.network.recurrent_gain, 0.5);
  EXPECT_EQ(run.train.gradient_format, math::NumberFormat::Float16);
  EXPECT_FALSE(run.train.loss_scale.dynamic);
  EXPECT_EQ(run.train.loss_scale.value, 1024);
  EXPECT_EQ(run.train.gradient_clip, 1.5);
  EXPECT_EQ(run.record.histogram_every, 7U);
}

TEST(study, sweeps_truths_and_numbers_beside_words) {
  const Study study =
      parse("network.residual = [true, false]\ntrain.loss_scale = [1, 'dynamic', 0.5]");
  ASSERT_EQ(study.runs.size(), 6U);
  EXPECT_TRUE(study.runs[2].network.residual);
  EXPECT_FALSE(study.runs[3].network.residual);
  EXPECT_EQ(study.runs[3].train.loss_scale.value, 1);
  EXPECT_FALSE(study.runs[3].train.loss_scale.dynamic);
  EXPECT_TRUE(study.runs[4].train.loss_scale.dynamic);
  EXPECT_EQ(study.runs[4].train.loss_scale.value, 1);
  EXPECT_EQ(study.runs[5].train.loss_scale.value, 0.5);
}

TEST(study, keeps_the_order_of_runs_of_older_studies) {
  // New keys vary faster than the older ones of their table, slower than those of later tables.
  EXPECT_EQ(labels_of(parse("network = {residual = [true, false], weight_variance = [1, 2], "
                            "init = 'scaled'}\ndata.source = ['shapes', 'spirals']"))[1],
            "sigmoid-scaled-10x128-weight_variance1-residual_true-source_spirals");
  EXPECT_EQ(labels_of(parse("train = {seed = [1, 2], gradient_clip = [0, 1]}"))[1],
            "sigmoid-glorot-10x128-seed1-gradient_clip1");
  EXPECT_EQ(labels_of(parse("allreduce = {algorithm = ['tree', 'mpi'], overlap = [true, false]}\n"
                            "record = {every = [1, 2], buckets = [true, false]}"))[1],
            "sigmoid-glorot-10x128-every1-buckets_true-algorithm_tree-overlap_false");
}

TEST(study, of_the_adding_problem_takes_the_depth_as_its_length_and_squared_error_as_its_loss) {
  const Study study =
      parse("network = {family = 'rnn', depth = [50, 100]}\ndata.source = ['adding', 'shapes']");
  ASSERT_EQ(study.runs.size(), 4U);
  EXPECT_EQ(study.runs[0].data.sequence, 50U);
  EXPECT_EQ(study.runs[2].data.sequence, 100U);
  EXPECT_EQ(study.runs[2].train.loss, net::Loss::MeanSquaredError);
  EXPECT_EQ(study.runs[3].data.sequence, 0U);
  EXPECT_EQ(study.runs[3].train.loss, net::Loss::SoftmaxCrossEntropy);
}

TEST(study, tells_where_a_key_was_written) {
  const Study study = parse_study("[network]\nfamily = 'cnn'\nkernel = [3,\n5]", "a/b.toml",
                                  {"train.seed=3", "network.family=[cnn, mlp]"});
  EXPECT_EQ(study.where("network.kernel"), "a/b.toml:3");
  EXPECT_EQ(study.where("network.family"), "--set network.family=[cnn, mlp]");
  EXPECT_EQ(study.where("network.depth"), "a/b.toml: the default");
  EXPECT_THROW((void)study.where("network.dept"), std::logic_error);
  // A dropped line is no longer what counts.
  EXPECT_EQ(parse("network = {family = 'cnn', kernel = 5}", {"network.family=mlp"})
                .where("network.kernel"),
            "study.toml: the default");
}

}  // namespace
}  // namespace plumb::study
