// How training ends when it does not go well.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "small_training.hpp"

namespace plumb::test {
namespace {

TEST(training, that_diverges_says_from_which_step_on_every_rank) {
  net::NetworkSettings network = small_network();
  network.activation = math::Activation::Relu;
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
  network.activation = math::Activation::Linear;
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
      ADD_FAILURE() << "the observer's error was lost";
    } catch (const core::AgreedError& error) {
      EXPECT_EQ(error.code(), core::ExitCode::InputOutput);
      EXPECT_EQ(error.reports(), world().rank() == 0);
    }
  }
}

}  // namespace
}  // namespace plumb::test
