// Measurements whose expectation is known exactly: the noise scale of linear regression, and how
// often a random ReLU network is dead.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "data/dataset.hpp"
#include "probe/history_probe.hpp"
#include "train/context.hpp"
#include "train/trainer.hpp"
#include "world.hpp"

namespace plumb {
namespace {

/// y = D . x + s * noise with x ~ N(0, I_d), |D| = 1.
class LinearRegression final : public data::Dataset {
 public:
  static constexpr std::size_t kInputs = 20;
  static constexpr double kNoise = 0.5;

  [[nodiscard]] std::string_view source() const override { return "linear regression"; }
  [[nodiscard]] std::size_t inputs() const override { return kInputs; }
  [[nodiscard]] std::size_t classes() const override { return 1; }
  [[nodiscard]] bool is_regression() const override { return true; }
  [[nodiscard]] std::optional<std::uint64_t> size(data::Split split) const override {
    if (split == data::Split::Test) return 0;
    return std::nullopt;
  }
  double read(data::Split /*split*/, std::uint64_t index, std::span<float> x) const override {
    core::RandomStream random(17, core::Purpose::TrainSample, index);
    double y = kNoise * random.normal();
    for (float& value : x) {
      value = static_cast<float>(random.normal());
      y += value / std::sqrt(static_cast<double>(kInputs));
    }
    return y;
  }
};

/// The same input again and again.
class OneInput final : public data::Dataset {
 public:
  [[nodiscard]] std::string_view source() const override { return "one input"; }
  [[nodiscard]] std::size_t inputs() const override { return 3; }
  [[nodiscard]] std::size_t classes() const override { return 2; }
  [[nodiscard]] std::optional<std::uint64_t> size(data::Split split) const override {
    if (split == data::Split::Test) return 0;
    return std::nullopt;
  }
  double read(data::Split /*split*/, std::uint64_t /*index*/, std::span<float> x) const override {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) - 0.5F;
    return 1;
  }
};

/// Keeps the last row.
class LastRow final : public history::RowSink {
 public:
  void write(const history::StepRow& next) override { row = next; }
  void write_histograms(const history::HistogramRow& /*row*/) override {}
  void write_timing(std::span<const history::StepTiming> /*rows*/) override {}
  void write_buckets(std::span<const history::StepTiming> /*rows*/) override {}
  void write_evaluation(const history::Evaluation& /*row*/) override {}
  void write_snapshot(const history::Snapshot& /*snapshot*/) override {}

  history::StepRow row;
};

/// The last recorded row of a training.
history::StepRow measure(const net::NetworkSettings& network, const train::TrainSettings& settings,
                         const data::Dataset& dataset) {
  LastRow sink;
  probe::RecordSettings record;
  record.histogram_every = settings.steps;
  probe::HistoryProbe probe(record,
                            probe::make_network_info(network, train::problem_of(dataset),
                                                     settings.loss, settings.batch, settings.slice),
                            &sink);
  train::Observer* const observers[] = {&probe};
  train::prepare_training(network, settings, {world(), dataset, 1})->run(observers);
  return sink.row;
}

// At w = 0 the gradient of a sample is -x (D . x + s noise), of mean -D and with tr Sigma =
// (d + 1) |D|^2 + s^2 d: 21 + 5 = 26 samples. A step of B = 256 samples gives |G_B|^2 with a
// standard deviation of 2 sqrt(2.25 / 256) = .19 (2.25 = E (D.x)^4 - 1 + s^2, the variance along
// D): .3 % of the mean over 4,000 steps; the trace, of 26 (1 +- 1.6) a sample, adds .2 %. Three per
// cent is eight times as much.
TEST(noise_scale, of_linear_regression_is_26_samples) {
  net::NetworkSettings network;
  network.depth = 0;
  network.init = net::Init::Scaled;
  network.weight_variance = 1e-30;
  train::TrainSettings settings;
  settings.loss = net::Loss::MeanSquaredError;
  settings.learning_rate = 0;
  settings.steps = 4000;
  settings.batch = 256;
  settings.slice = 16;
  history::StepRow row = measure(network, settings, LinearRegression());
  ASSERT_EQ(row.step, 3999);
  EXPECT_NEAR(row.at(0, "noise_scale"), 26, 0.03 * 26);
  EXPECT_EQ(row.at("noise_scale"), row.at(0, "noise_scale"));  // there are no other weights
  RecordProperty("noise_scale", std::to_string(row.at("noise_scale")));
}

struct Shape {
  std::size_t units;
  std::size_t layers;
};

/// Of 2,000 networks, those whose last hidden layer is zero for the one input.
std::size_t dead_networks(Shape shape, std::size_t seeds) {
  const OneInput dataset;
  net::NetworkSettings network;
  network.depth = shape.layers;
  network.width = shape.units;
  network.activation = math::Activation::Relu;
  network.init = net::Init::He;
  train::TrainSettings settings;
  settings.steps = 1;
  settings.learning_rate = 0;
  settings.slice = 1;
  settings.batch = 1;
  std::size_t dead = 0;
  for (settings.seed = 1; settings.seed <= seeds; ++settings.seed) {
    history::StepRow row = measure(network, settings, dataset);
    if (row.at(shape.layers - 1, "dead_fraction") == 1) ++dead;
  }
  return dead;
}

// Lu et al. 2019: 1 - (1 - 2^-N)^H for H layers of N units, without biases; here for shapes that
// they do not list. 2.576 standard deviations hold 99 % of a binomial distribution.
TEST(relu_networks, are_dead_from_the_start_as_often_as_the_formula_says) {
  constexpr std::size_t kSeeds = 2000;
  for (const Shape shape : {Shape{2, 4}, Shape{3, 12}, Shape{4, 6}, Shape{6, 20}, Shape{7, 3}}) {
    const double alive = std::pow(1 - std::exp2(-static_cast<double>(shape.units)), shape.layers);
    const double expected = (1 - alive) * kSeeds;
    const auto dead = static_cast<double>(dead_networks(shape, kSeeds));
    EXPECT_NEAR(dead, expected, 2.576 * std::sqrt(expected * alive))
        << shape.layers << " layers of " << shape.units;
    RecordProperty(std::to_string(shape.units) + "x" + std::to_string(shape.layers),
                   std::to_string(dead / kSeeds) + " of " + std::to_string(1 - alive));
  }
}

}  // namespace
}  // namespace plumb
