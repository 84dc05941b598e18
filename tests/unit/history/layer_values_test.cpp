#include "history/quantities.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace plumb::history {
namespace {

LayerSums sums_of_a_small_layer() {
  LayerSums sums;  // 2 samples, 3 -> 2 units
  sums.delta.medium = 18;
  sums.mean_delta.medium = 9;
  sums.bias_gradient.medium = 16;
  sums.update.gradient.medium = 4;
  sums.update.weight_before.medium = 25;
  sums.update.change.medium = 1;
  sums.update.gradient_max = 1.5;
  sums.update.zero = 3;
  sums.update.unchanged = 2;
  sums.update.nonfinite = 1;
  sums.activation.deviation = 2;
  sums.activation.deviation_squared = 5;
  sums.activation.saturated = 1;
  sums.alive_units = 1;
  return sums;
}

/// The values by name of a layer of 3 inputs and 2 units.
class Values {
 public:
  Values(const LayerSums& sums, std::size_t samples, double loss_scale, double pivot,
         std::size_t positions = 1) {
    const LayerFacts layer{6, 2, 2 * positions, pivot};
    const NoiseScale noise(1, 1);
    values_ = layer_values({sums, layer, noise, samples, loss_scale});
  }
  double operator[](std::string_view name) const { return values_.at(index_of<PerLayer>(name)); }

 private:
  std::vector<double> values_;
};

TEST(layer_values, follow_the_definitions) {
  const Values row(sums_of_a_small_layer(), 2, 1, 0.5);
  EXPECT_DOUBLE_EQ(row["delta_rms"], 3);
  EXPECT_DOUBLE_EQ(row["delta_mean_norm"], 3);
  EXPECT_DOUBLE_EQ(row["bias_gradient_norm"], 4);
  EXPECT_DOUBLE_EQ(row["weight_gradient_norm"], 2);
  EXPECT_DOUBLE_EQ(row["weight_gradient_max"], 1.5);
  EXPECT_DOUBLE_EQ(row["weight_norm"], 5);
  EXPECT_DOUBLE_EQ(row["update_ratio"], 0.2);
  EXPECT_DOUBLE_EQ(row["unchanged_fraction"], 2.0 / 6);
  EXPECT_DOUBLE_EQ(row["zero_fraction"], 0.5);
  EXPECT_EQ(row["nonfinite_count"], 1);
  EXPECT_DOUBLE_EQ(row["mean"], 1.0);
  EXPECT_DOUBLE_EQ(row["std"], std::sqrt(5.0 / 4 - 0.25));
  EXPECT_DOUBLE_EQ(row["saturated_fraction"], 0.25);
  EXPECT_DOUBLE_EQ(row["dead_fraction"], 0.5);
}

TEST(layer_values, a_step_that_changes_nothing_has_ratio_zero_even_without_weights) {
  LayerSums sums;
  EXPECT_EQ(Values(sums, 2, 1, 0)["update_ratio"], 0);
}

TEST(layer_values, a_delta_of_1e_300_is_not_rounded_to_zero) {
  LayerSums sums;
  sums.delta.small = 4 * (1e-300 * core::kBlueScaleUp) * (1e-300 * core::kBlueScaleUp);
  // sqrt(4e-600 / 4 samples)
  EXPECT_NEAR(Values(sums, 4, 1, 0)["delta_rms"] / 1e-300, 1, 1e-14);
}

/// Sums of these samples' deltas of two units.
LayerSums sums_of(const std::vector<std::array<double, 2>>& deltas) {
  LayerSums sums;
  std::array<double, 2> mean{};
  for (const auto& delta : deltas) {
    sums.delta.medium += delta[0] * delta[0] + delta[1] * delta[1];
    for (std::size_t u = 0; u < 2; ++u) mean[u] += delta[u] / static_cast<double>(deltas.size());
  }
  sums.mean_delta.medium = mean[0] * mean[0] + mean[1] * mean[1];
  return sums;
}

double cosine_of(const std::vector<std::array<double, 2>>& deltas) {
  return Values(sums_of(deltas), deltas.size(), 1, 0)["delta_cosine"];
}

// Some ten roundings of numbers up to 2.
TEST(layer_values, the_cosine_of_deltas_is_that_between_two_samples) {
  EXPECT_NEAR(cosine_of({{3, 4}, {3, 4}, {3, 4}}), 1, 1e-14);
  EXPECT_NEAR(cosine_of({{3, 4}, {-3, -4}}), -1, 1e-14);
  EXPECT_NEAR(cosine_of({{3, 4}, {-4, 3}}), 0, 1e-14);
  EXPECT_NEAR(cosine_of({{1, 0}, {0.6, 0.8}}), 0.6, 1e-14);
  // Three of length 1 at 120 degrees: each pair has -1/2.
  const double height = std::sqrt(0.75);
  EXPECT_NEAR(cosine_of({{1, 0}, {-0.5, height}, {-0.5, -height}}), -0.5, 1e-14);
  // Of different lengths: inner product 2 over the mean square (1 + 4) / 2.
  EXPECT_NEAR(cosine_of({{1, 0}, {2, 0}}), 2 / 2.5, 1e-14);
}

TEST(layer_values, the_cosine_of_deltas_needs_two_samples_and_a_delta) {
  EXPECT_TRUE(std::isnan(cosine_of({{3, 4}})));
  EXPECT_TRUE(std::isnan(cosine_of({{0, 0}, {0, 0}})));
}

TEST(layer_values, the_cosine_of_deltas_knows_no_loss_scale_and_no_underflow) {
  LayerSums sums = sums_of({{1, 0}, {0.6, 0.8}});
  sums.delta.medium *= 64;  // carries the loss scale 8
  EXPECT_NEAR(Values(sums, 2, 8, 0)["delta_cosine"], 0.6, 1e-14);
  LayerSums tiny;  // of two samples with deltas 1e-300 and 1e-300
  const double square = (1e-300 * core::kBlueScaleUp) * (1e-300 * core::kBlueScaleUp);
  tiny.delta.small = 2 * square;
  tiny.mean_delta.small = square;
  EXPECT_NEAR(Values(tiny, 2, 1, 0)["delta_cosine"], 1, 1e-14);
}

TEST(layer_values, deltas_are_reported_without_the_loss_scale) {
  const Values row(sums_of_a_small_layer(), 2, 8, 0.5);
  EXPECT_DOUBLE_EQ(row["delta_rms"], 3.0 / 8);
  EXPECT_DOUBLE_EQ(row["weight_gradient_norm"], 2);
}

TEST(layer_values, of_an_image_are_shares_of_all_its_positions) {
  const Values row(sums_of_a_small_layer(), 2, 1, 0, 4);
  EXPECT_DOUBLE_EQ(row["saturated_fraction"], 1.0 / 16);
  EXPECT_DOUBLE_EQ(row["mean"], 2.0 / 16);
  EXPECT_DOUBLE_EQ(row["dead_fraction"], 0.5);
}

}  // namespace
}  // namespace plumb::history
