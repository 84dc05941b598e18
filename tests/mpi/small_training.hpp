// A training small enough for every rank count, and its comparison with the reference
// implementation.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "data/source.hpp"
#include "plain_training.hpp"
#include "train/trainer.hpp"
#include "world.hpp"

namespace plumb::test {

inline net::NetworkSettings small_network() {
  net::NetworkSettings network;
  network.depth = 3;
  network.width = 19;
  network.activation = math::Activation::Tanh;
  return network;
}

inline train::TrainSettings small_training() {
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

inline std::unique_ptr<const data::Dataset> small_data() {
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

inline train::Outcome train_now(const net::NetworkSettings& network,
                                const train::TrainSettings& settings,
                                const train::TrainContext& context,
                                std::span<train::Observer* const> observers) {
  return train::prepare_training(network, settings, context)->run(observers);
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void expect_reference_bits(const net::NetworkSettings& network,
                           const train::TrainSettings& settings, const data::Dataset& dataset,
                           std::size_t threads, bool measure) {
  Keeper<T> keeper(measure);
  train::Observer* const observers[] = {&keeper};
  const train::Outcome outcome =
      train_now(network, settings, {world(), dataset, threads}, observers);
  EXPECT_EQ(outcome.status, train::Status::Completed);
  for (const train::Check& check : outcome.checks) EXPECT_TRUE(check.passed) << check.name;
  if (world().rank() != 0) return;

  PlainTraining<T> reference(network, settings, dataset);
  for (std::uint64_t step = 0; step < settings.steps; ++step) {
    reference.compute_gradient(step);
    EXPECT_EQ(keeper.losses[step], reference.loss / static_cast<double>(settings.batch));
    if (step == 5) {
      EXPECT_TRUE(same_bits(keeper.parameters, reference.parameters));
      EXPECT_TRUE(same_bits(keeper.gradient, reference.gradient));
    }
    reference.update();
  }
  EXPECT_EQ(keeper.timed, measure ? settings.steps : 0);
}

}  // namespace plumb::test
