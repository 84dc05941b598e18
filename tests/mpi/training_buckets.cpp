// Gradients that travel in many buckets, during the backward pass or after it: the bits of the
// reference implementation, and times that fit together.
#include <gtest/gtest.h>

#include <cmath>

#include "small_training.hpp"

namespace plumb::test {
namespace {

/// Layers of 1640 numbers: six buckets each at 1 KiB of float32, and all in one at 64 MiB.
net::NetworkSettings several_layers() {
  net::NetworkSettings network;
  network.depth = 5;
  network.width = 40;
  network.activation = math::Activation::Tanh;
  return network;
}

/// Keeps the timing of every step.
class TimingKeeper final : public train::Observer {
 public:
  [[nodiscard]] bool measures(std::uint64_t /*step*/) const override { return true; }
  void on_timing(std::span<const train::StepTiming> timings) override {
    steps.insert(steps.end(), timings.begin(), timings.end());
  }
  std::vector<train::StepTiming> steps;
};

TEST(buckets, of_every_size_give_the_bits_of_the_reference_with_and_without_overlap) {
  const auto dataset = small_data();
  for (const std::size_t bucket_kib : {1U, 7U, 64U, 65536U}) {
    for (const bool overlap : {true, false}) {
      for (const std::size_t threads : {1U, 2U}) {
        train::TrainSettings settings = small_training();
        settings.allreduce.bucket_kib = bucket_kib;
        settings.allreduce.overlap = overlap;
        SCOPED_TRACE(testing::Message()
                     << bucket_kib << " KiB, overlap " << overlap << ", " << threads << " threads");
        expect_reference_bits<float>(several_layers(), settings, *dataset, threads, threads == 2);
      }
    }
  }
}

TEST(buckets, of_float64_give_the_bits_of_the_reference) {
  train::TrainSettings settings = small_training();
  settings.precision = train::Precision::Float64;
  settings.allreduce.bucket_kib = 1;
  settings.optimizer = train::Optimizer::Adam;
  settings.learning_rate = 0.01;
  expect_reference_bits<double>(several_layers(), settings, *small_data(), 2, true);
}

TEST(buckets, are_complete_where_the_gradient_is_finished_as_a_whole) {
  train::TrainSettings settings = small_training();
  settings.allreduce.bucket_kib = 1;
  settings.gradient_format = math::NumberFormat::BFloat16;
  settings.loss_scale.value = 1000;
  expect_reference_bits<float>(several_layers(), settings, *small_data(), 2, true);
}

TEST(buckets, have_times_that_fit_together) {
  train::TrainSettings settings = small_training();
  settings.allreduce.bucket_kib = 1;
  const auto dataset = small_data();
  for (const bool overlap : {true, false}) {
    settings.allreduce.overlap = overlap;
    TimingKeeper keeper;
    train::Observer* const observers[] = {&keeper};
    const auto training =
        train::prepare_training(several_layers(), settings, {world(), *dataset, 2});
    const std::vector<train::BucketShape> shapes = training->buckets();
    EXPECT_EQ(shapes.empty(), world().size() == 1);
    training->run(observers);
    if (world().rank() != 0) continue;
    ASSERT_EQ(keeper.steps.size(), settings.steps);
    for (train::StepTiming& step : keeper.steps) {
      ASSERT_EQ(step.buckets.size(), shapes.size());
      EXPECT_GE(phase(step.seconds, train::Phase::AllreduceHidden), 0);
      EXPECT_GE(phase(step.seconds, train::Phase::Backward), 0);
      EXPECT_GE(phase(step.seconds, train::Phase::Update), 0);
      for (const train::BucketTimes& bucket : step.buckets) {
        // The slowest rank of either: a bucket is not summed before the last rank has computed it.
        EXPECT_GT(bucket.ready, 0);
        EXPECT_GE(bucket.finish, bucket.ready);
        EXPECT_GE(bucket.exposed, 0);
        EXPECT_LE(bucket.exposed, bucket.finish);
      }
    }
  }
}

TEST(buckets, say_how_many_bytes_of_which_groups_they_carry) {
  train::TrainSettings settings = small_training();
  const auto dataset = small_data();
  if (world().size() == 1) return;  // nothing travels
  for (const auto wire : {math::NumberFormat::Float32, math::NumberFormat::Float16}) {
    settings.allreduce.wire = wire;
    settings.allreduce.bucket_kib = 7;
    const auto training =
        train::prepare_training(several_layers(), settings, {world(), *dataset, 1});
    std::size_t bytes = 0;
    std::size_t group = several_layers().depth;  // the output layer
    for (const train::BucketShape& bucket : training->buckets()) {
      bytes += bucket.bytes;
      EXPECT_LE(bucket.last_group, group);
      EXPECT_LE(bucket.first_group, bucket.last_group);
      group = bucket.first_group;
    }
    EXPECT_EQ(group, 0U);
    PlainTraining<float> reference(several_layers(), settings, *dataset);
    EXPECT_EQ(bytes, reference.parameters.size() * math::bytes_of(wire));
    training->run({});
  }
}

TEST(buckets, with_mpi_allreduce_there_are_none) {
  train::TrainSettings settings = small_training();
  settings.allreduce.algorithm = train::AllreduceAlgorithm::Mpi;
  const auto dataset = small_data();
  const auto training = train::prepare_training(small_network(), settings, {world(), *dataset, 1});
  EXPECT_TRUE(training->buckets().empty());
  training->run({});
}

// A narrow wire rounds each gradient entry a few times to 2^-9 (bfloat16) or 2^-12 (float16, whose
// subnormals begin at 6e-5: far below what moves the loss here); steps of .2 times the gradient,
// six of them, move the loss by about its size at most, so it differs by some 2^-9 of itself.
TEST(narrow_wire, keeps_ranks_equal_and_the_loss_close) {
  const auto dataset = small_data();
  train::TrainSettings settings = small_training();
  settings.allreduce.bucket_kib = 1;
  std::vector<std::vector<double>> losses;
  for (const auto wire :
       {math::NumberFormat::Float32, math::NumberFormat::BFloat16, math::NumberFormat::Float16}) {
    settings.allreduce.wire = wire;
    Keeper<float> keeper(false);
    train::Observer* const observers[] = {&keeper};
    const auto outcome = train_now(several_layers(), settings, {world(), *dataset, 2}, observers);
    EXPECT_TRUE(outcome.checks[0].passed) << "parameters differ between ranks";
    losses.push_back(keeper.losses);
  }
  if (world().rank() != 0) return;
  for (std::size_t k = 1; k < losses.size(); ++k) {
    for (std::size_t i = 0; i < losses[0].size(); ++i) {
      EXPECT_NEAR(losses[k][i], losses[0][i], 0x1p-7 * losses[0][i]);
    }
    EXPECT_EQ(losses[k].back() == losses[0].back(), world().size() == 1) << "nothing was rounded";
  }
}

// Large gradients overflow a float16 wire at every loss scale above some power of two below 1: the
// scale has to come down through 1, whether exponents are counted or not.
TEST(narrow_wire, lets_a_dynamic_loss_scale_fall_below_one) {
  const auto dataset = small_data();
  train::TrainSettings settings = small_training();
  settings.loss = net::Loss::MeanSquaredError;
  settings.loss_scale.dynamic = true;
  settings.learning_rate = 1e-9;
  settings.steps = 40;
  settings.allreduce.wire = math::NumberFormat::Float16;
  net::NetworkSettings network = several_layers();
  network.activation = math::Activation::Linear;
  network.init = net::Init::UnitNormal;
  std::vector<std::vector<double>> losses;
  for (const bool counts : {false, true}) {
    Keeper<float> keeper(counts);  // one that measures counts exponents, too
    train::Observer* const observers[] = {&keeper};
    const auto outcome = train_now(network, settings, {world(), *dataset, 1}, observers);
    EXPECT_EQ(outcome.status, train::Status::Completed);
    losses.push_back(keeper.losses);  // empty but on rank 0
    if (world().rank() != 0) continue;
    EXPECT_EQ(keeper.loss_scales.back() < 1, world().size() > 1);
  }
  EXPECT_EQ(losses[0], losses[1]) << "recording changed the training";
}

}  // namespace
}  // namespace plumb::test
