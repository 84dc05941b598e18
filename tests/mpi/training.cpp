// Training on every rank count against the reference implementation, bit for bit.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "small_training.hpp"

namespace plumb::test {
namespace {

TEST(training, has_the_bits_of_the_reference_in_float32) {
  const auto dataset = small_data();
  for (const std::size_t threads : {1U, 2U}) {
    for (const bool measure : {false, true}) {
      expect_reference_bits<float>(small_network(), small_training(), *dataset, threads, measure);
    }
  }
}

TEST(training, has_the_bits_of_the_reference_in_float64) {
  train::TrainSettings settings = small_training();
  settings.precision = train::Precision::Float64;
  expect_reference_bits<double>(small_network(), settings, *small_data(), 2, true);
}

TEST(training, with_adam_has_the_bits_of_the_reference) {
  train::TrainSettings settings = small_training();
  settings.optimizer = train::Optimizer::Adam;
  settings.learning_rate = 0.01;
  const auto dataset = small_data();
  for (const bool measure : {false, true}) {
    expect_reference_bits<float>(small_network(), settings, *dataset, 2, measure);
  }
}

TEST(training, with_nesterov_has_the_bits_of_the_reference) {
  train::TrainSettings settings = small_training();
  settings.optimizer = train::Optimizer::Nesterov;
  settings.momentum = 0.75;
  settings.weight_decay = 0.01;
  const auto dataset = small_data();
  for (const bool measure : {false, true}) {
    expect_reference_bits<float>(small_network(), settings, *dataset, 2, measure);
  }
}

TEST(training, with_narrow_gradients_has_the_bits_of_the_reference) {
  const auto dataset = small_data();
  for (const auto format : {math::NumberFormat::BFloat16, math::NumberFormat::Float16}) {
    for (const double scale : {1.0, 1000.0}) {  // a power of two, and none
      train::TrainSettings settings = small_training();
      settings.gradient_format = format;
      settings.loss_scale.value = scale;
      for (const bool measure : {false, true}) {
        expect_reference_bits<float>(small_network(), settings, *dataset, 2, measure);
      }
    }
  }
}

// Relu deltas of a large loss scale overflow float16 (65504): those steps are left out and the
// scale halves, the same on every rank, until a step fits.
TEST(training, with_a_dynamic_loss_scale_leaves_out_steps_that_overflow) {
  train::TrainSettings settings = small_training();
  settings.gradient_format = math::NumberFormat::Float16;
  settings.loss_scale.dynamic = true;
  settings.learning_rate = 0.01;
  net::NetworkSettings network = small_network();
  network.activation = math::Activation::Relu;
  network.init = net::Init::Scaled;
  network.weight_variance = 40;
  const auto dataset = small_data();
  Keeper<float> keeper(true);
  train::Observer* const observers[] = {&keeper};
  const auto outcome = train_now(network, settings, {world(), *dataset, 2}, observers);
  EXPECT_EQ(outcome.status, train::Status::Completed);
  EXPECT_TRUE(outcome.checks[0].passed) << "parameters differ between ranks";
  if (world().rank() != 0) return;
  EXPECT_EQ(keeper.loss_scales.front(), 65536);
  EXPECT_LT(keeper.loss_scales.back(), 65536);
  for (std::size_t step = 1; step < keeper.loss_scales.size(); ++step) {
    const bool overflowed = !std::isfinite(keeper.norms[step - 1]);
    EXPECT_EQ(keeper.loss_scales[step], keeper.loss_scales[step - 1] / (overflowed ? 2 : 1));
    EXPECT_EQ(keeper.unchanged[step - 1] == 1, overflowed) << "step " << step - 1;
  }
}

struct Trained {
  std::vector<double> losses;     // on rank 0
  std::vector<float> parameters;  // before the last step, on rank 0
};

Trained trained_by(train::AllreduceAlgorithm algorithm) {
  train::TrainSettings settings = small_training();
  settings.allreduce.algorithm = algorithm;
  const auto dataset = small_data();
  Keeper<float> keeper(false);
  train::Observer* const observers[] = {&keeper};
  const auto training = train::prepare_training(small_network(), settings, {world(), *dataset, 1});
  const bool in_buckets = algorithm == train::AllreduceAlgorithm::Tree && world().size() > 1;
  EXPECT_EQ(training->buckets().empty(), !in_buckets);
  EXPECT_TRUE(training->run(observers).checks[0].passed) << "parameters differ between ranks";
  return {keeper.losses, keeper.parameters};
}

// One rank has nothing to sum, and of two ranks a + b = b + a; more may be summed in any order.
TEST(training, with_mpi_allreduce_has_the_bits_of_the_tree_up_to_two_ranks_then_its_digits) {
  const Trained tree = trained_by(train::AllreduceAlgorithm::Tree);
  const Trained mpi = trained_by(train::AllreduceAlgorithm::Mpi);
  if (world().rank() != 0) return;
  ASSERT_EQ(tree.losses.size(), small_training().steps);
  ASSERT_EQ(mpi.losses.size(), small_training().steps);
  if (world().size() <= 2) {
    EXPECT_TRUE(same_bits(tree.losses, mpi.losses));
    EXPECT_TRUE(same_bits(tree.parameters, mpi.parameters));
    return;
  }
  // Six steps of rounding differences in sums of 16 floats, amplified by a few per step at most.
  for (std::size_t i = 0; i < tree.losses.size(); ++i) {
    EXPECT_NEAR(tree.losses[i], mpi.losses[i], 1e-5);
  }
}

TEST(training, evaluates_the_test_split_alike_on_every_layout) {
  const auto dataset = small_data();
  const train::TrainSettings settings = small_training();
  const auto outcome = train_now(small_network(), settings, {world(), *dataset, 2}, {});
  ASSERT_TRUE(outcome.final_evaluation.has_value());

  PlainTraining<float> reference(small_network(), settings, *dataset);
  for (std::uint64_t step = 0; step < settings.steps; ++step) {
    reference.compute_gradient(step);
    reference.update();
  }
  constexpr std::size_t kSamples = 2048;
  double loss = 0;
  double correct = 0;
  net::Slice<float> slice = reference.network->make_slice(settings.slice);
  net::Workspace<float> workspace;
  for (std::size_t first = 0; first < kSamples; first += settings.slice) {
    for (std::size_t s = 0; s < settings.slice; ++s) {
      slice.targets()[s] = dataset->read(data::Split::Test, first + s, slice.input().row(s));
    }
    for (std::size_t g = 0; g < reference.network->groups(); ++g) {
      reference.network->forward(g, std::span<const float>(reference.parameters), slice, workspace,
                                 {});
    }
    reference.network->evaluate_loss(slice);
    loss += slice.loss_sums.loss;
    correct += static_cast<double>(slice.loss_sums.correct);
  }
  EXPECT_EQ(outcome.final_evaluation->loss, loss / kSamples);
  EXPECT_EQ(outcome.final_evaluation->accuracy, correct / kSamples);
}

}  // namespace
}  // namespace plumb::test
