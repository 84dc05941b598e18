#include "probe/quantities.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace plumb::probe {
namespace {

history::LayerSums sums_of_a_small_layer() {
  history::LayerSums sums;  // 2 samples, 3 -> 2 units
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

net::Stage small_stage() {
  net::Stage stage;
  stage.units = 2;
  return stage;
}

TEST(quantities, follow_the_definitions) {
  const LayerRow row = layer_row(sums_of_a_small_layer(), small_stage(), {3, 2}, {2, 1}, 0.5);
  EXPECT_DOUBLE_EQ(row.delta_rms, 3);
  EXPECT_DOUBLE_EQ(row.delta_mean_norm, 3);
  EXPECT_DOUBLE_EQ(row.bias_gradient_norm, 4);
  EXPECT_DOUBLE_EQ(row.weight_gradient_norm, 2);
  EXPECT_DOUBLE_EQ(row.weight_gradient_max, 1.5);
  EXPECT_DOUBLE_EQ(row.weight_norm, 5);
  EXPECT_DOUBLE_EQ(row.update_ratio, 0.2);
  EXPECT_DOUBLE_EQ(row.unchanged_fraction, 2.0 / 6);
  EXPECT_DOUBLE_EQ(row.zero_fraction, 0.5);
  EXPECT_EQ(row.nonfinite_count, 1);
  EXPECT_DOUBLE_EQ(row.activation_mean, 1.0);
  EXPECT_DOUBLE_EQ(row.activation_std, std::sqrt(5.0 / 4 - 0.25));
  EXPECT_DOUBLE_EQ(row.saturated_fraction, 0.25);
  EXPECT_DOUBLE_EQ(row.dead_fraction, 0.5);
}

TEST(quantities, a_step_that_changes_nothing_has_ratio_zero_even_without_weights) {
  history::LayerSums sums;
  EXPECT_EQ(layer_row(sums, small_stage(), {3, 2}, {2, 1}, 0).update_ratio, 0);
}

TEST(quantities, a_delta_of_1e_300_is_not_rounded_to_zero) {
  history::LayerSums sums;
  sums.delta = math::square_sum<double>(std::vector<double>{1e-300, 1e-300, 1e-300, 1e-300});
  // sqrt(4e-600 / 4 samples)
  EXPECT_NEAR(layer_row(sums, small_stage(), {3, 2}, {4, 1}, 0).delta_rms / 1e-300, 1, 1e-14);
}

TEST(quantities, deltas_are_reported_without_the_loss_scale) {
  const LayerRow row = layer_row(sums_of_a_small_layer(), small_stage(), {3, 2}, {2, 8}, 0.5);
  EXPECT_DOUBLE_EQ(row.delta_rms, 3.0 / 8);
  EXPECT_DOUBLE_EQ(row.weight_gradient_norm, 2);
}

TEST(quantities, of_a_image_are_shares_of_all_its_positions) {
  net::Stage stage = small_stage();
  stage.positions = 4;
  const LayerRow row = layer_row(sums_of_a_small_layer(), stage, {3, 2}, {2, 1}, 0);
  EXPECT_DOUBLE_EQ(row.saturated_fraction, 1.0 / 16);
  EXPECT_DOUBLE_EQ(row.activation_mean, 2.0 / 16);
  EXPECT_DOUBLE_EQ(row.dead_fraction, 0.5);
}

}  // namespace
}  // namespace plumb::probe
