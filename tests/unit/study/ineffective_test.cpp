#include <gtest/gtest.h>

#include "study_testing.hpp"

namespace plumb::study {
namespace {

using testing::error_of;
using testing::parse;

TEST(batch, that_is_not_a_multiple_of_the_slice_names_both_with_their_lines) {
  EXPECT_EQ(error_of("[train]\nslice = 32\nbatch = 100"),
            "study.toml:3: train.batch = 100 is not a multiple of train.slice = 32 "
            "(study.toml:2); allowed: a multiple of 32, such as 96 or 128");
  EXPECT_EQ(error_of("[train]\nbatch = 100"),
            "study.toml:2: train.batch = 100 is not a multiple of train.slice = 32 (the default); "
            "allowed: a multiple of 32, such as 96 or 128");
  EXPECT_EQ(error_of("[train]\nslice = 100"),
            "study.toml:2: train.batch = 256 (the default) is not a multiple of train.slice = "
            "100; allowed: a multiple of 100, such as 200 or 300");
  EXPECT_EQ(error_of("[train]\nbatch = 8"),
            "study.toml:2: train.batch = 8 is not a multiple of train.slice = 32 (the default); "
            "allowed: a multiple of 32, such as 32");
}

TEST(batch, must_fit_every_slice_it_is_swept_with) {
  EXPECT_EQ(parse("train = {batch = [64, 128], slice = [16, 32]}").runs.size(), 4U);
  EXPECT_EQ(error_of("[train]\nbatch = [\n48,\n96]\nslice = [16,\n32]"),
            "study.toml:3: train.batch = 48 is not a multiple of train.slice = 32 "
            "(study.toml:6); allowed: a multiple of 32, such as 32 or 64");
}

TEST(snapshot, after_the_last_step_is_refused) {
  EXPECT_EQ(error_of("[train]\nsteps = 50\n[record]\nsnapshot_steps = [0, 50]"),
            "study.toml:4: record.snapshot_steps holds 50, train.steps is 50 (study.toml:2); "
            "allowed: integers from 0 to 49");
  EXPECT_EQ(error_of("record.snapshot_steps = [100]"),
            "study.toml:1: record.snapshot_steps holds 100, train.steps is 100 (the default); "
            "allowed: integers from 0 to 99");
  EXPECT_EQ(error_of("record.snapshot_steps = [20]\ntrain.steps = [50,\n10, 30]"),
            "study.toml:1: record.snapshot_steps holds 20, train.steps is 10 (study.toml:3); "
            "allowed: integers from 0 to 9");
  EXPECT_EQ(error_of("record.snapshot_steps = [99]"), "accepted");
}

TEST(key_without_effect, of_the_tree_is_refused_where_the_mpi_library_sums) {
  EXPECT_EQ(error_of("[allreduce]\nalgorithm = 'mpi'\nbucket_kib = 512"),
            "study.toml:3: allreduce.bucket_kib has no effect, allreduce.algorithm is mpi "
            "(study.toml:2); allowed: only with allreduce.algorithm = tree");
  EXPECT_EQ(error_of("[allreduce]\nalgorithm = 'mpi'\noverlap = true"),
            "study.toml:3: allreduce.overlap has no effect, allreduce.algorithm is mpi "
            "(study.toml:2); allowed: only with allreduce.algorithm = tree");
  EXPECT_EQ(error_of("[allreduce]\nalgorithm = 'mpi'\nwire = 'bfloat16'"),
            "study.toml:3: allreduce.wire has no effect, allreduce.algorithm is mpi "
            "(study.toml:2); allowed: only with allreduce.algorithm = tree");
  EXPECT_EQ(error_of("record.buckets = true\nallreduce.algorithm = 'mpi'"),
            "study.toml:1: record.buckets has no effect, allreduce.algorithm is mpi "
            "(study.toml:2); allowed: only with allreduce.algorithm = tree");
  EXPECT_EQ(error_of("allreduce = {algorithm = 'mpi', stall_seconds = 5}"), "accepted");
}

TEST(key_without_effect, of_the_tree_is_accepted_where_one_run_of_a_sweep_is_summed_by_it) {
  EXPECT_EQ(error_of("record.buckets = true\nallreduce = {algorithm = ['tree', 'mpi'], "
                     "bucket_kib = [16, 1024], overlap = [true, false]}"),
            "accepted");
}

TEST(a_narrow_wire, is_refused_where_one_run_of_a_sweep_is_summed_by_the_mpi_library) {
  EXPECT_EQ(
      error_of("allreduce = {algorithm = ['tree', 'mpi'], wire = ['float32', 'float16']}"),
      "study.toml:1: allreduce.wire = float16 cannot be combined with allreduce.algorithm = mpi "
      "(study.toml:1): MPI_Allreduce sends numbers as they are; allowed: float32, or "
      "allreduce.algorithm = tree");
  EXPECT_EQ(error_of("allreduce = {algorithm = ['tree', 'mpi'], wire = 'float32'}"), "accepted");
}

TEST(key_without_effect, names_what_it_would_need) {
  EXPECT_EQ(error_of("network.negative_slope = 0.1"),
            "study.toml:1: network.negative_slope has no effect, network.activation is sigmoid "
            "(the default); allowed: only with network.activation = leaky_relu");
  EXPECT_EQ(error_of("[network]\nactivation = ['relu', 'tanh']\nnegative_slope = 0.1"),
            "study.toml:3: network.negative_slope has no effect, network.activation is relu, tanh "
            "(study.toml:2); allowed: only with network.activation = leaky_relu");
  EXPECT_EQ(error_of("network = {init = 'he', weight_variance = 2}"),
            "study.toml:1: network.weight_variance has no effect, network.init is he "
            "(study.toml:1); allowed: only with network.init = scaled");
  EXPECT_EQ(error_of("network.bias_variance = 2"),
            "study.toml:1: network.bias_variance has no effect, network.init is glorot (the "
            "default); allowed: only with network.init = scaled");
  EXPECT_EQ(error_of("data.path = 'mnist'"),
            "study.toml:1: data.path has no effect, data.source is shapes (the default); allowed: "
            "only with data.source = idx or csv or hdf5 or npy or cifar");
  EXPECT_EQ(error_of("data = {source = 'idx', path = 'mnist', test_path = 'x'}"),
            "study.toml:1: data.test_path has no effect, data.source is idx (study.toml:1); "
            "allowed: only with data.source = csv or hdf5 or npy");
  EXPECT_EQ(error_of("data.inputs = 3"),
            "study.toml:1: data.inputs has no effect, data.source is shapes (the default); "
            "allowed: only with data.source = teacher");
  EXPECT_EQ(error_of("data.classes = 3"),
            "study.toml:1: data.classes has no effect, data.source is shapes (the default); "
            "allowed: only with data.source = teacher");
}

TEST(key_without_effect, of_another_family_names_the_family) {
  for (const std::string key : {"kernel = 5", "pooling = 'none'", "pool_every = 1"}) {
    const std::string name = "network." + key.substr(0, key.find(' '));
    EXPECT_EQ(error_of("network." + key), "study.toml:1: " + name +
                                              " has no effect, network.family is mlp (the "
                                              "default); allowed: only with network.family = cnn");
  }
  EXPECT_EQ(error_of("[network]\nfamily = ['mlp', 'cnn']\nrecurrent_gain = 1.5"),
            "study.toml:3: network.recurrent_gain has no effect, network.family is mlp, cnn "
            "(study.toml:2); allowed: only with network.family = rnn");
  EXPECT_EQ(error_of("[network]\nfamily = 'rnn'\nresidual = true"),
            "study.toml:3: network.residual has no effect, network.family is rnn (study.toml:2); "
            "allowed: only with network.family = mlp or cnn");
  EXPECT_EQ(error_of("[network]\nfamily = 'cnn'\npooling = 'none'\npool_every = 3"),
            "study.toml:4: network.pool_every has no effect, network.pooling is none "
            "(study.toml:3); allowed: only with network.pooling = max or average");
}

TEST(key_without_effect, of_another_optimizer_names_the_optimizer) {
  EXPECT_EQ(error_of("[train]\noptimizer = 'adam'\nmomentum = 0.9"),
            "study.toml:3: train.momentum has no effect, train.optimizer is adam (study.toml:2); "
            "allowed: only with train.optimizer = sgd or nesterov");
  for (const std::string key : {"beta1", "beta2", "epsilon"}) {
    EXPECT_EQ(error_of("train." + key + " = 0.5"),
              "study.toml:1: train." + key +
                  " has no effect, train.optimizer is sgd (the default); allowed: only with "
                  "train.optimizer = adam");
  }
}

TEST(pooling, needs_as_many_convolutions_as_it_waits_for) {
  EXPECT_EQ(error_of("[network]\nfamily = 'cnn'\ndepth = 4\npool_every = 5"),
            "study.toml:4: network.pool_every = 5 has no effect, network.depth is 4 "
            "(study.toml:3); allowed: an integer from 1 to 4");
  EXPECT_EQ(error_of("network = {family = 'cnn', pool_every = 11}"),
            "study.toml:1: network.pool_every = 11 has no effect, network.depth is 10 (the "
            "default); allowed: an integer from 1 to 10");
  EXPECT_EQ(error_of("[network]\nfamily = ['mlp', 'cnn']\ndepth = [2, 3]\npool_every = [1,\n4]"),
            "study.toml:5: network.pool_every = 4 has no effect, network.depth is 2, 3 "
            "(study.toml:3); allowed: an integer from 1 to 3");
  EXPECT_EQ(error_of("network = {family = 'cnn', depth = 4, pool_every = 4}"), "accepted");
  EXPECT_EQ(error_of("network = {family = 'cnn', depth = [1, 4], pool_every = 4}"), "accepted");
}

TEST(pooling, that_never_happens_is_refused_where_it_was_written) {
  EXPECT_EQ(error_of("[network]\nfamily = 'cnn'\ndepth = 1\npooling = ['none', 'average']"),
            "study.toml:4: network.pooling = average has no effect, network.pool_every is 2 (the "
            "default) and network.depth is 1 (study.toml:3); allowed: none, or network.pool_every "
            "= 1");
  EXPECT_EQ(error_of("network = {family = 'cnn', depth = 1, pooling = 'none'}"), "accepted");
  EXPECT_EQ(error_of("network = {family = 'cnn', depth = 1, pooling = 'max', pool_every = 1}"),
            "accepted");
  EXPECT_EQ(error_of("network = {family = 'cnn', depth = 1}"), "accepted") << "nobody asked for it";
}

TEST(key_without_effect, is_accepted_when_one_swept_value_uses_it) {
  EXPECT_EQ(error_of("network = {activation = ['relu', 'leaky_relu'], negative_slope = 0.1}"),
            "accepted");
  EXPECT_EQ(error_of("network = {init = ['he', 'scaled'], weight_variance = [1, 2]}"), "accepted");
  EXPECT_EQ(error_of("data = {source = ['shapes', 'idx'], path = 'mnist'}"), "accepted");
  EXPECT_EQ(error_of("network = {family = ['mlp', 'cnn', 'rnn'], kernel = 5, recurrent_gain = 2}"),
            "accepted");
  EXPECT_EQ(error_of("network = {family = 'cnn', pooling = ['max', 'none'], pool_every = 1}"),
            "accepted");
  EXPECT_EQ(error_of("train = {optimizer = ['sgd', 'adam'], momentum = 0.9, beta1 = 0.8}"),
            "accepted");
}

TEST(file_data, needs_a_path) {
  EXPECT_EQ(error_of("[data]\nsource = 'idx'"),
            "study.toml:2: data.source = idx needs data.path; allowed: the folder with the four "
            "MNIST-named files");
  EXPECT_EQ(error_of("[data]\nsource = ['shapes',\n'csv']"),
            "study.toml:3: data.source = csv needs data.path; allowed: the file with the training "
            "samples, label last");
  EXPECT_EQ(error_of("[data]\nsource = 'csv'\npath = ''"),
            "study.toml:3: data.source = csv needs data.path; allowed: the file with the training "
            "samples, label last");
}

TEST(evaluation, needs_test_data) {
  const std::string csv = "data = {source = 'csv', path = 'a.csv'}\ntrain.evaluate_every = ";
  EXPECT_EQ(error_of(csv + "10"),
            "study.toml:2: train.evaluate_every needs test data, which data.source = csv has only "
            "in a data.test_path or by data.test_fraction; allowed: 0");
  EXPECT_EQ(error_of(csv + "0"), "accepted");
  EXPECT_EQ(error_of("data = {source = 'csv', path = 'a', test_fraction = 0.2}\n"
                     "train.evaluate_every = 10"),
            "accepted");
  EXPECT_EQ(error_of("data = {source = 'csv', path = 'a', test_path = 'b'}\n"
                     "train.evaluate_every = 10"),
            "accepted");
  EXPECT_EQ(error_of("train.evaluate_every = 10"), "accepted");
}

}  // namespace
}  // namespace plumb::study
