#include <gtest/gtest.h>

#include <set>

#include "study/expansion.hpp"
#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::labels_of;
using testing::parse;
using Labels = std::vector<std::string>;

void expect_unique_and_safe(const Labels& labels) {
  EXPECT_EQ(std::set<std::string>(labels.begin(), labels.end()).size(), labels.size());
  for (const std::string& label : labels) {
    EXPECT_LE(label.size(), kLongestLabel) << label;
    EXPECT_EQ(label.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789._-"),
              std::string::npos)
        << label;
  }
}

TEST(label, names_activation_initialiser_and_size) {
  const Study study = parse(
      "network = {activation = 'leaky_relu', init = 'he', depth = 30, width = 64}\ntrain.seed = 9");
  EXPECT_EQ(labels_of(study), (Labels{"leaky_relu-he-30x64"}));
}

TEST(label, names_every_other_key_that_varies) {
  const Study study = parse(R"(
network = {activation = "tanh", init = "scaled", weight_variance = [1.3, 2], bias_variance = 0.05}
data = {source = ["shapes", "spirals"]}
train = {learning_rate = [1e-5]}
)");
  EXPECT_EQ(labels_of(study), (Labels{"tanh-scaled-10x128-weight_variance1.3-source_shapes",
                                      "tanh-scaled-10x128-weight_variance1.3-source_spirals",
                                      "tanh-scaled-10x128-weight_variance2-source_shapes",
                                      "tanh-scaled-10x128-weight_variance2-source_spirals"}));
}

TEST(label, begins_with_the_family_unless_it_is_mlp) {
  EXPECT_EQ(labels_of(parse("network = {family = 'rnn', activation = 'tanh', init = 'orthogonal', "
                            "depth = 50, width = 64}")),
            (Labels{"rnn-tanh-orthogonal-50x64"}));
  EXPECT_EQ(labels_of(parse("network = {family = ['mlp', 'cnn', 'rnn'], init = 'he'}")),
            (Labels{"sigmoid-he-10x128", "cnn-sigmoid-he-10x128", "rnn-sigmoid-he-10x128"}));
}

TEST(label, parts_words_and_truths_from_their_keys) {
  EXPECT_EQ(
      labels_of(parse("network.residual = [true, false]\n"
                      "train = {gradient_format = 'float16', loss_scale = ['dynamic', 0.5]}")),
      (Labels{"sigmoid-glorot-10x128-residual_true-loss_scale_dynamic",
              "sigmoid-glorot-10x128-residual_true-loss_scale0.5",
              "sigmoid-glorot-10x128-residual_false-loss_scale_dynamic",
              "sigmoid-glorot-10x128-residual_false-loss_scale0.5"}));
}

TEST(label, tells_ways_between_ranks_apart) {
  EXPECT_EQ(
      labels_of(parse("allreduce = {algorithm = ['tree', 'mpi'], stall_seconds = 5}")),
      (Labels{"sigmoid-glorot-10x128-algorithm_tree", "sigmoid-glorot-10x128-algorithm_mpi"}));
  EXPECT_EQ(
      labels_of(parse("allreduce = {bucket_kib = [16, 1024], wire = ['float32', 'float16']}")),
      (Labels{"sigmoid-glorot-10x128-bucket_kib16-wire_float32",
              "sigmoid-glorot-10x128-bucket_kib16-wire_float16",
              "sigmoid-glorot-10x128-bucket_kib1024-wire_float32",
              "sigmoid-glorot-10x128-bucket_kib1024-wire_float16"}));
  EXPECT_EQ(
      labels_of(parse("record.buckets = [false, true]\nallreduce = {overlap = [true, false]}")),
      (Labels{"sigmoid-glorot-10x128-buckets_false-overlap_true",
              "sigmoid-glorot-10x128-buckets_false-overlap_false",
              "sigmoid-glorot-10x128-buckets_true-overlap_true",
              "sigmoid-glorot-10x128-buckets_true-overlap_false"}));
}

TEST(label, makes_paths_and_exponents_safe_for_file_names) {
  const Study paths = parse("data = {source = 'idx', path = ['sets/mnist', '../../tmp x']}");
  EXPECT_EQ(labels_of(paths), (Labels{"sigmoid-glorot-10x128-path_sets_mnist",
                                      "sigmoid-glorot-10x128-path_.._.._tmp_x"}));
  const Study rates = parse("train.learning_rate = [1e-9, 1e+30]");
  EXPECT_EQ(labels_of(rates), (Labels{"sigmoid-glorot-10x128-learning_rate1e-09",
                                      "sigmoid-glorot-10x128-learning_rate1e30"}));
}

TEST(label, is_unique_even_where_safe_names_coincide) {
  const Study study = parse("data = {source = 'idx', path = ['a/b', 'a_b', 'a b']}");
  EXPECT_EQ(labels_of(study),
            (Labels{"sigmoid-glorot-10x128-path_a_b", "sigmoid-glorot-10x128-path_a_b-run1",
                    "sigmoid-glorot-10x128-path_a_b-run2"}));
}

TEST(label, is_unique_even_where_another_label_ends_in_a_run_number) {
  expect_unique_and_safe(
      labels_of(parse("data = {source = 'idx', path = ['a_b-run2', 'a/b', 'a_b', 'a b-run2']}")));
  expect_unique_and_safe(
      labels_of(parse("data = {source = 'idx', path = ['a_b', 'a_b-run2', 'a/b']}")));
}

TEST(label, is_cut_and_stays_unique_when_it_would_be_long) {
  const std::string folder(150, 'x');
  const Labels labels = labels_of(parse("data = {source = 'idx', path = ['" + folder + "1', '" +
                                        folder + "2', '" + folder + "3']}"));
  EXPECT_EQ(labels[0].size(), kLongestLabel);
  expect_unique_and_safe(labels);
}

TEST(label, is_unique_in_a_study_that_sweeps_everything) {
  expect_unique_and_safe(labels_of(parse(R"(
network = {activation = ["relu", "leaky_relu"], depth = [1, 2], width = [1, 2], init = ["scaled", "he"], negative_slope = [0.1, 0.2], weight_variance = [1, 11], bias_variance = [0, 1]}
train = {batch = [64, 128], slice = [16, 32], seed = [1, 11], momentum = [0, 0.9], precision = ["float32", "float64"]}
)")));
}

}  // namespace
}  // namespace plumb::study
