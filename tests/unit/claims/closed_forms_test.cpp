#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "claims/claim.hpp"
#include "claims/decay.hpp"
#include "claims/float_scan.hpp"
#include "claims/random_network.hpp"

namespace plumb::claims {
namespace {

TEST(scalar_chain, multiplies_weights_and_derivatives_from_the_top) {
  // s(0) = 1/2 and s'(0) = 1/4; z_2 = 4/2 = 2, s'(2) = .10499358540350652.
  const std::vector<double> weights{4, 3};
  const auto products = chain_products(0, weights);
  ASSERT_EQ(products.size(), 3U);
  EXPECT_EQ(products[2], 1);
  EXPECT_NEAR(products[1], 3 * .10499358540350652, 1e-15);
  EXPECT_NEAR(products[0], 3 * .10499358540350652 * 4 / 4, 1e-15);
}

TEST(statistics, binomial_interval_is_that_of_the_normal_approximation) {
  // 2.5758 sqrt(.25 / 100) + half a trial
  EXPECT_NEAR(binomial_tolerance(0.5, 100), 0.128791 + 0.005, 1e-6);
}

TEST(statistics, variance_is_that_of_the_population) {
  const std::vector<double> values{1, 2, 3, 6};
  EXPECT_EQ(mean(values), 3);
  EXPECT_NEAR(variance(values), 14.0 / 3, 1e-15);
}

TEST(relu_statistics, dead_probability_is_that_of_lu_et_al) {
  // Section 3 of the paper's setting: nine layers.
  EXPECT_NEAR(dead_probability(2, 9), .925, 5e-4);
  EXPECT_NEAR(dead_probability(3, 9), .699, 5e-4);
  EXPECT_NEAR(dead_probability(5, 9), .249, 5e-4);
  EXPECT_NEAR(dead_probability(10, 9), .0088, 5e-5);
}

TEST(relu_statistics, counts_dead_networks_as_often_as_they_are) {
  const double expected = dead_probability(1, 2);  // 3/4
  EXPECT_EQ(expected, 0.75);
  EXPECT_NEAR(dead_share(1, 2, 500, 2), expected, binomial_tolerance(expected, 500));
}

TEST(relu_statistics, do_not_depend_on_the_threads) {
  EXPECT_EQ(log_norm_changes(16, 3, 7, 1), log_norm_changes(16, 3, 7, 3));
}

TEST(critical_width, is_where_theory_changes_sign) {
  EXPECT_NEAR(std::sqrt(unit_normal_chi(30)), .741, 5e-4);
  EXPECT_NEAR(std::sqrt(unit_normal_chi(512)), 1.476, 5e-4);
  EXPECT_NEAR(predicted_critical_width(), 103, 0.5);
  EXPECT_NEAR(unit_normal_chi(predicted_critical_width()), 1, 1e-6);
}

TEST(float_scan, finds_where_each_derivative_becomes_zero) {
  FloatScan scan;
  float naive_last = 0;
  scan_floats(0x4185, scan, naive_last);  // 16.625 .. 16.75
  EXPECT_EQ(scan.floats, 65536U);
  EXPECT_NEAR(naive_last, 24 * std::log(2.0), 1e-5);  // a float is 2e-6 there
  EXPECT_GT(scan.largest, 0);
  EXPECT_TRUE(std::isinf(scan.zero_from));  // the kernel's is not zero yet
  scan_floats(0xC2D0, scan, naive_last);    // -104 .. -104.5
  EXPECT_EQ(scan.zero_from, 104);
  EXPECT_EQ(scan.naive_zero_below, 104);
}

TEST(float_scan, leaves_out_infinity_and_what_is_not_a_number) {
  FloatScan scan;
  float naive_last = 0;
  scan_floats(0x7F80, scan, naive_last);
  scan_floats(0xFFC0, scan, naive_last);
  EXPECT_EQ(scan.floats, 0U);
}

TEST(vanishing_depths, tells_a_naive_norm_from_a_gradient_that_is_zero) {
  net::NetworkSettings settings;
  settings.depth = 45;
  settings.init = net::Init::Scaled;
  const VanishingDepth depth = vanishing_depth(settings, 64, 1);
  EXPECT_GE(depth.naive_norm_zero, 31U);
  EXPECT_LE(depth.naive_norm_zero, 37U);
  EXPECT_EQ(depth.delta_zero, 0U);  // 69 layers are needed
}

TEST(decay, of_orthogonal_linear_networks_is_none) {
  net::NetworkSettings settings;
  settings.activation = math::Activation::Linear;
  settings.init = net::Init::Orthogonal;
  settings.width = 16;
  settings.depth = 12;
  const Decay decay = measure_decay({settings, {16, 4}, 3}, 2);
  EXPECT_EQ(decay.count, 3U * 5U);  // eleven ratios, three left out at each end
  // Sixteen roundings in each coordinate.
  EXPECT_NEAR(decay.mean_log, 0, 1e-14);
  EXPECT_NEAR(decay.mean_ratio, 1, 1e-14);
}

TEST(decay, does_not_depend_on_the_threads) {
  net::NetworkSettings settings;
  settings.depth = 8;
  settings.width = 8;
  const Ensemble ensemble{settings, {8, 4}, 5};
  EXPECT_EQ(measure_decay(ensemble, 1).mean_log, measure_decay(ensemble, 3).mean_log);
}

TEST(gain, finds_the_variance_of_a_relu_cell) {
  net::NetworkSettings settings;
  settings.family = net::Family::Rnn;
  settings.depth = 5;
  settings.activation = math::Activation::Relu;
  settings.init = net::Init::Scaled;
  EXPECT_NEAR(variance_for_chi({settings, {10, 4}}, 1.5), 3, 1e-6);  // chi_1 = sigma_w^2 / 2
}

}  // namespace
}  // namespace plumb::claims
