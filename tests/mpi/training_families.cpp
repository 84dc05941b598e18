// Residual, recurrent and convolutional networks against the reference implementation.
#include <gtest/gtest.h>

#include "small_training.hpp"

namespace plumb::test {
namespace {

std::unique_ptr<const data::Dataset> adding_data(std::size_t steps) {
  data::DataSettings settings;
  settings.source = data::Source::Adding;
  settings.sequence = steps;
  return data::open_dataset(settings, ".", 5);
}

TEST(training, of_residual_networks_has_the_bits_of_the_reference) {
  net::NetworkSettings network = small_network();
  network.residual = true;
  const auto dataset = small_data();
  for (const bool measure : {false, true}) {
    expect_reference_bits<float>(network, small_training(), *dataset, 2, measure);
  }
}

net::NetworkSettings small_rnn() {
  net::NetworkSettings network;
  network.family = net::Family::Rnn;
  network.depth = 9;
  network.width = 7;
  network.activation = math::Activation::Tanh;
  network.init = net::Init::Orthogonal;
  return network;
}

TEST(training, of_recurrent_networks_has_the_bits_of_the_reference) {
  train::TrainSettings settings = small_training();
  settings.loss = net::Loss::MeanSquaredError;
  const auto dataset = adding_data(9);
  for (const std::size_t threads : {1U, 2U}) {
    for (const bool measure : {false, true}) {
      expect_reference_bits<float>(small_rnn(), settings, *dataset, threads, measure);
    }
  }
}

net::NetworkSettings small_cnn() {
  net::NetworkSettings network;
  network.family = net::Family::Cnn;
  network.depth = 3;
  network.width = 3;
  network.activation = math::Activation::Relu;
  network.init = net::Init::He;
  return network;
}

TEST(training, of_convolutional_networks_has_the_bits_of_the_reference) {
  train::TrainSettings settings = small_training();
  settings.learning_rate = 0.01;
  data::DataSettings shapes;
  shapes.samples = 50;
  const auto dataset = data::open_dataset(shapes, ".", 5);
  for (const bool residual : {false, true}) {
    for (const auto pooling : {net::Pooling::Max, net::Pooling::Average, net::Pooling::None}) {
      net::NetworkSettings network = small_cnn();
      network.pooling = pooling;
      network.residual = residual;
      expect_reference_bits<float>(network, settings, *dataset, 2, residual);
    }
  }
}

// The reference's norm is summed in another order: its clip factor may differ in the last bit, and
// six steps of that stay below a thousand epsilons of the loss.
TEST(training, with_clipping_follows_the_reference) {
  train::TrainSettings settings = small_training();
  settings.loss = net::Loss::MeanSquaredError;
  settings.gradient_clip = 0.05;
  const auto dataset = adding_data(9);
  Keeper<float> keeper(true);
  train::Observer* const observers[] = {&keeper};
  train_now(small_rnn(), settings, {world(), *dataset, 2}, observers);
  if (world().rank() != 0) return;
  PlainTraining<float> reference(small_rnn(), settings, *dataset);
  for (std::uint64_t step = 0; step < settings.steps; ++step) {
    reference.compute_gradient(step);
    const double loss = reference.loss / static_cast<double>(settings.batch);
    EXPECT_NEAR(keeper.losses[step] / loss, 1, 1e-4);
    // Clipping comes after what is recorded, and before the step: the norm stays above the limit.
    EXPECT_NEAR(keeper.norms[step] / math::square_sum<float>(reference.gradient).norm(), 1, 1e-4);
    EXPECT_NEAR(keeper.clip_factors[step] * keeper.norms[step], settings.gradient_clip, 1e-12);
    reference.update();
  }
}

}  // namespace
}  // namespace plumb::test
