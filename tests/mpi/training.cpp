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
  [[nodiscard]] bool snapshots(std::uint64_t step) const override { return step == 5; }
  void on_step(const train::StepReport& report) override { losses.push_back(report.loss); }
  void on_snapshot(const train::SnapshotReport& report) override {
    const auto p = std::get<std::span<const T>>(report.parameters);
    const auto g = std::get<std::span<const T>>(report.gradient);
    parameters.assign(p.begin(), p.end());
    gradient.assign(g.begin(), g.end());
  }
  void on_timing(std::span<const train::StepTiming> timings) override { timed += timings.size(); }

  std::vector<double> losses;
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
void expect_twin_bits(train::Precision precision, std::size_t threads, bool measure) {
  train::TrainSettings settings = small_training();
  settings.precision = precision;
  const auto dataset = small_data();
  Keeper<T> keeper(measure);
  train::Observer* const observers[] = {&keeper};
  const train::Outcome outcome =
      train_now(small_network(), settings, {world(), *dataset, threads}, observers);
  EXPECT_EQ(outcome.status, train::Status::Completed);
  for (const train::Check& check : outcome.checks) EXPECT_TRUE(check.passed) << check.name;
  if (world().rank() != 0) return;

  test::PlainTraining<T> twin(small_network(), settings, *dataset);
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
  for (const std::size_t threads : {1U, 2U}) {
    for (const bool measure : {false, true}) {
      expect_twin_bits<float>(train::Precision::Float32, threads, measure);
    }
  }
}

TEST(training, has_the_bits_of_its_plain_twin_in_float64) {
  expect_twin_bits<double>(train::Precision::Float64, 2, true);
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
  net::Slice<float> slice(twin.mlp.layout(), settings.slice);
  for (std::size_t first = 0; first < kSamples; first += settings.slice) {
    for (std::size_t s = 0; s < settings.slice; ++s) {
      slice.labels()[s] = dataset->read(data::Split::Test, first + s, slice.input().row(s));
    }
    for (std::size_t l = 0; l < twin.mlp.layers(); ++l) {
      twin.mlp.forward_layer(l, std::span<const float>(twin.parameters), slice, {});
    }
    twin.mlp.evaluate_loss(slice);
    loss += slice.loss_sums.loss;
    correct += static_cast<double>(slice.loss_sums.correct);
  }
  EXPECT_EQ(outcome.final_evaluation->loss, loss / kSamples);
  EXPECT_EQ(outcome.final_evaluation->accuracy, correct / kSamples);
}

}  // namespace
}  // namespace plumb
