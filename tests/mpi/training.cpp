// Training on every rank count against its plain twin, bit for bit; and how it ends when it fails.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "plain_training.hpp"
#include "train/trainer.hpp"
#include "world.hpp"

namespace plumb {
namespace {

net::NetworkSettings small_network() {
  net::NetworkSettings network;
  network.depth = 3;
  network.width = 19;
  network.activation = net::Activation::Tanh;
  return network;
}

train::TrainSettings small_training() {
  train::TrainSettings settings;
  settings.batch = 32;
  settings.slice = 2;  // 16 slices: enough for 8 ranks x 2 threads
  settings.steps = 6;
  settings.learning_rate = 0.2;
  settings.momentum = 0.8;
  settings.weight_decay = 0.01;
  settings.seed = 11;
  return settings;
}

std::unique_ptr<const data::Dataset> small_data() {
  data::DataSettings settings;
  settings.source = data::Source::Teacher;
  settings.inputs = 12;
  settings.classes = 3;
  settings.samples = 50;  // does not divide the batch: epochs change within one
  return data::open_dataset(settings, ".", 5);
}

/// Keeps what rank 0 is told.
template <class T>
class Keeper final : public train::Observer {
 public:
  explicit Keeper(bool measure) : measure_(measure) {}
  [[nodiscard]] bool measures(std::uint64_t /*step*/) const override { return measure_; }
  [[nodiscard]] bool counts(std::uint64_t step) const override { return step % 2 == 0; }
  [[nodiscard]] bool snapshots(std::uint64_t step) const override { return step == 5; }
  void on_step(const train::StepReport& report) override {
    losses.push_back(report.loss);
    norms.push_back(report.gradient_norm);
    clip_factors.push_back(report.clip_factor);
    loss_scales.push_back(report.loss_scale);
    if (report.layers.empty()) return;
    const math::UpdateSums& update = report.layers[1].update;
    unchanged.push_back(static_cast<double>(update.unchanged) / (19 * 19));  // of a small network
  }
  void on_snapshot(const train::SnapshotReport& report) override {
    const auto p = std::get<std::span<const T>>(report.parameters);
    const auto g = std::get<std::span<const T>>(report.gradient);
    parameters.assign(p.begin(), p.end());
    gradient.assign(g.begin(), g.end());
  }
  void on_timing(std::span<const train::StepTiming> timings) override { timed += timings.size(); }

  std::vector<double> losses;
  std::vector<double> norms;
  std::vector<double> clip_factors;
  std::vector<double> loss_scales;
  std::vector<double> unchanged;  // share of the second layer's weights
  std::vector<T> parameters;
  std::vector<T> gradient;
  std::size_t timed = 0;

 private:
  bool measure_;
};

train::Outcome train_now(const net::NetworkSettings& network, const train::TrainSettings& settings,
                         const train::TrainContext& context,
                         std::span<train::Observer* const> observers) {
  return train::prepare_training(network, settings, context)->run(observers);
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void expect_twin_bits(const net::NetworkSettings& network, const train::TrainSettings& settings,
                      const data::Dataset& dataset, std::size_t threads, bool measure) {
  Keeper<T> keeper(measure);
  train::Observer* const observers[] = {&keeper};
  const train::Outcome outcome =
      train_now(network, settings, {world(), dataset, threads}, observers);
  EXPECT_EQ(outcome.status, train::Status::Completed);
  for (const train::Check& check : outcome.checks) EXPECT_TRUE(check.passed) << check.name;
  if (world().rank() != 0) return;

  test::PlainTraining<T> twin(network, settings, dataset);
  for (std::uint64_t step = 0; step < settings.steps; ++step) {
    twin.compute_gradient(step);
    EXPECT_EQ(keeper.losses[step], twin.loss / static_cast<double>(settings.batch));
    if (step == 5) {
      EXPECT_TRUE(same_bits(keeper.parameters, twin.parameters));
      EXPECT_TRUE(same_bits(keeper.gradient, twin.gradient));
    }
    twin.update();
  }
  EXPECT_EQ(keeper.timed, measure ? settings.steps : 0);
}

TEST(training, has_the_bits_of_its_plain_twin_in_float32) {
  const auto dataset = small_data();
  for (const std::size_t threads : {1U, 2U}) {
    for (const bool measure : {false, true}) {
      expect_twin_bits<float>(small_network(), small_training(), *dataset, threads, measure);
    }
  }
}

TEST(training, has_the_bits_of_its_plain_twin_in_float64) {
  train::TrainSettings settings = small_training();
  settings.precision = train::Precision::Float64;
  expect_twin_bits<double>(small_network(), settings, *small_data(), 2, true);
}

TEST(training, of_residual_networks_has_the_bits_of_its_plain_twin) {
  net::NetworkSettings network = small_network();
  network.residual = true;
  const auto dataset = small_data();
  for (const bool measure : {false, true}) {
    expect_twin_bits<float>(network, small_training(), *dataset, 2, measure);
  }
}

TEST(training, with_adam_has_the_bits_of_its_plain_twin) {
  train::TrainSettings settings = small_training();
  settings.optimizer = train::Optimizer::Adam;
  settings.learning_rate = 0.01;
  const auto dataset = small_data();
  for (const bool measure : {false, true}) {
    expect_twin_bits<float>(small_network(), settings, *dataset, 2, measure);
  }
}

TEST(training, with_narrow_gradients_has_the_bits_of_its_plain_twin) {
  const auto dataset = small_data();
  for (const auto format : {math::NumberFormat::BFloat16, math::NumberFormat::Float16}) {
    for (const double scale : {1.0, 1000.0}) {  // a power of two, and none
      train::TrainSettings settings = small_training();
      settings.gradient_format = format;
      settings.loss_scale.value = scale;
      for (const bool measure : {false, true}) {
        expect_twin_bits<float>(small_network(), settings, *dataset, 2, measure);
      }
    }
  }
}

std::unique_ptr<const data::Dataset> adding_data(std::size_t steps) {
  data::DataSettings settings;
  settings.source = data::Source::Adding;
  settings.sequence = steps;
  return data::open_dataset(settings, ".", 5);
}

net::NetworkSettings small_rnn() {
  net::NetworkSettings network;
  network.family = net::Family::Rnn;
  network.depth = 9;
  network.width = 7;
  network.activation = net::Activation::Tanh;
  network.init = net::Init::Orthogonal;
  return network;
}

TEST(training, of_recurrent_networks_has_the_bits_of_its_plain_twin) {
  train::TrainSettings settings = small_training();
  settings.loss = net::Loss::MeanSquaredError;
  const auto dataset = adding_data(9);
  for (const std::size_t threads : {1U, 2U}) {
    for (const bool measure : {false, true}) {
      expect_twin_bits<float>(small_rnn(), settings, *dataset, threads, measure);
    }
  }
}

net::NetworkSettings small_cnn() {
  net::NetworkSettings network;
  network.family = net::Family::Cnn;
  network.depth = 3;
  network.width = 3;
  network.activation = net::Activation::Relu;
  network.init = net::Init::He;
  return network;
}

TEST(training, of_convolutional_networks_has_the_bits_of_its_plain_twin) {
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
      expect_twin_bits<float>(network, settings, *dataset, 2, residual);
    }
  }
}

// The twin's norm is summed in another order: its clip factor may differ in the last bit, and six
// steps of that stay below a thousand epsilons of the loss.
TEST(training, with_clipping_follows_its_plain_twin) {
  train::TrainSettings settings = small_training();
  settings.loss = net::Loss::MeanSquaredError;
  settings.gradient_clip = 0.05;
  const auto dataset = adding_data(9);
  Keeper<float> keeper(true);
  train::Observer* const observers[] = {&keeper};
  train_now(small_rnn(), settings, {world(), *dataset, 2}, observers);
  if (world().rank() != 0) return;
  test::PlainTraining<float> twin(small_rnn(), settings, *dataset);
  for (std::uint64_t step = 0; step < settings.steps; ++step) {
    twin.compute_gradient(step);
    const double loss = twin.loss / static_cast<double>(settings.batch);
    EXPECT_NEAR(keeper.losses[step] / loss, 1, 1e-4);
    // Clipping comes after what is recorded, and before the step: the norm stays above the limit.
    EXPECT_NEAR(keeper.norms[step] / math::square_sum<float>(twin.gradient).norm(), 1, 1e-4);
    EXPECT_NEAR(keeper.clip_factors[step] * keeper.norms[step], settings.gradient_clip, 1e-12);
    twin.update();
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
  network.activation = net::Activation::Relu;
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

TEST(training, with_mpi_allreduce_agrees_to_rounding) {
  train::TrainSettings settings = small_training();
  const auto dataset = small_data();
  std::vector<std::vector<double>> losses;
  for (const auto algorithm : {train::AllreduceAlgorithm::Tree, train::AllreduceAlgorithm::Mpi}) {
    settings.allreduce = algorithm;
    Keeper<float> keeper(false);
    train::Observer* const observers[] = {&keeper};
    const auto outcome = train_now(small_network(), settings, {world(), *dataset, 1}, observers);
    EXPECT_TRUE(outcome.checks[0].passed);
    losses.push_back(keeper.losses);
  }
  // Six steps of rounding differences in sums of 16 floats, amplified by a few per step at most.
  for (std::size_t i = 0; i < losses[0].size(); ++i) EXPECT_NEAR(losses[0][i], losses[1][i], 1e-5);
}

TEST(training, that_diverges_says_from_which_step_on_every_rank) {
  net::NetworkSettings network = small_network();
  network.activation = net::Activation::Relu;
  network.init = net::Init::He;
  train::TrainSettings settings = small_training();
  settings.steps = 200;
  settings.learning_rate = 1e6;
  settings.loss = net::Loss::MeanSquaredError;
  const auto dataset = small_data();
  Keeper<float> keeper(true);
  train::Observer* const observers[] = {&keeper};
  const auto outcome = train_now(network, settings, {world(), *dataset, 1}, observers);
  EXPECT_EQ(outcome.status, train::Status::Diverged);
  EXPECT_EQ(outcome.step_seconds.size(), outcome.diverged_step + 1);
  EXPECT_FALSE(outcome.final_evaluation.has_value());
  if (world().rank() != 0) return;
  ASSERT_EQ(keeper.losses.size(), outcome.diverged_step + 1);
  EXPECT_FALSE(std::isfinite(keeper.losses.back()));
  for (std::size_t i = 0; i + 1 < keeper.losses.size(); ++i) {
    EXPECT_TRUE(std::isfinite(keeper.losses[i]));
  }
}

TEST(training, whose_last_step_spoils_the_parameters_has_diverged) {
  train::TrainSettings settings = small_training();
  settings.steps = 1;
  settings.momentum = 0;
  settings.learning_rate = 3e38;  // times two overflows a float
  settings.loss = net::Loss::MeanSquaredError;
  net::NetworkSettings network = small_network();
  network.init = net::Init::UnitNormal;
  network.activation = net::Activation::Linear;
  const auto dataset = small_data();
  const auto outcome = train_now(network, settings, {world(), *dataset, 1}, {});
  EXPECT_EQ(outcome.status, train::Status::Diverged);
  EXPECT_EQ(outcome.diverged_step, 0U);
  for (const train::Check& check : outcome.checks) EXPECT_TRUE(check.passed) << check.detail;
}

TEST(training, that_does_not_fit_the_layout_is_refused_on_all_ranks) {
  const auto dataset = small_data();
  EXPECT_THROW(train::prepare_training(small_network(), small_training(), {world(), *dataset, 17}),
               core::AgreedError);
}

class FullDisk final : public train::Observer {
 public:
  explicit FullDisk(std::uint64_t step) : step_(step) {}
  void on_step(const train::StepReport& report) override {
    if (report.step == step_) throw core::IoError("history.h5: No space left on device");
  }

 private:
  std::uint64_t step_;
};

TEST(training, ends_in_order_on_all_ranks_when_an_observer_fails) {
  const auto dataset = small_data();
  for (const std::uint64_t step : {0U, 2U, 5U}) {  // first, middle, last
    FullDisk disk(step);
    train::Observer* const observers[] = {&disk};
    try {
      train_now(small_network(), small_training(), {world(), *dataset, 1}, observers);
      ADD_FAILURE() << "nobody was told";
    } catch (const core::AgreedError& error) {
      EXPECT_EQ(error.code(), core::ExitCode::InputOutput);
      EXPECT_EQ(error.reports(), world().rank() == 0);
    }
  }
}

TEST(training, evaluates_the_test_split_alike_on_every_layout) {
  const auto dataset = small_data();
  const train::TrainSettings settings = small_training();
  const auto outcome = train_now(small_network(), settings, {world(), *dataset, 2}, {});
  ASSERT_TRUE(outcome.final_evaluation.has_value());

  test::PlainTraining<float> twin(small_network(), settings, *dataset);
  for (std::uint64_t step = 0; step < settings.steps; ++step) {
    twin.compute_gradient(step);
    twin.update();
  }
  constexpr std::size_t kSamples = 2048;
  double loss = 0;
  double correct = 0;
  net::Slice<float> slice = twin.network->make_slice(settings.slice);
  for (std::size_t first = 0; first < kSamples; first += settings.slice) {
    for (std::size_t s = 0; s < settings.slice; ++s) {
      slice.targets()[s] = dataset->read(data::Split::Test, first + s, slice.input().row(s));
    }
    for (std::size_t g = 0; g < twin.network->groups(); ++g) {
      twin.network->forward(g, std::span<const float>(twin.parameters), slice, {});
    }
    twin.network->evaluate_loss(slice);
    loss += slice.loss_sums.loss;
    correct += static_cast<double>(slice.loss_sums.correct);
  }
  EXPECT_EQ(outcome.final_evaluation->loss, loss / kSamples);
  EXPECT_EQ(outcome.final_evaluation->accuracy, correct / kSamples);
}

}  // namespace
}  // namespace plumb
