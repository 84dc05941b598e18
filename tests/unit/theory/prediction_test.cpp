#include "theory/prediction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "random_network.hpp"
#include "theory/mean_field.hpp"

namespace plumb::theory {
namespace {

using math::Activation;
using net::Family;
using net::Init;
using net::NetworkSettings;
using net::Pooling;

NetworkSettings mlp(Activation activation, Init init, std::size_t depth, std::size_t width) {
  NetworkSettings settings;
  settings.activation = activation;
  settings.init = init;
  settings.depth = depth;
  settings.width = width;
  return settings;
}

TEST(prediction, has_a_row_for_each_layer_and_none_to_say_of_the_output) {
  const Prediction p = predict(mlp(Activation::Tanh, Init::Lecun, 3, 20), {30, 4, 0, 0}, 10);
  ASSERT_EQ(p.delta_rms_ratio.size(), 4U);
  ASSERT_EQ(p.log_ratio_bias.size(), 4U);
  ASSERT_EQ(p.log_ratio_variance.size(), 4U);
  EXPECT_TRUE(std::isnan(p.delta_rms_ratio[3]));
  EXPECT_TRUE(std::isnan(p.log_ratio_bias[3]));
  EXPECT_TRUE(std::isnan(p.log_ratio_variance[3]));
  EXPECT_FALSE(p.assumptions.empty());
  EXPECT_EQ(
      predict(mlp(Activation::Tanh, Init::Lecun, 0, 20), {30, 4, 0, 0}, 1).delta_rms_ratio.size(),
      1U);
}

TEST(prediction, uses_each_layers_own_variance_and_width) {
  // Glorot between 20 units and 4 classes: Var W = 2 / 24; between hidden layers 2 / 40.
  const Prediction p = predict(mlp(Activation::Relu, Init::Glorot, 3, 20), {30, 4, 0, 0}, 10);
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[0], std::sqrt(.5));
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[1], std::sqrt(.5));
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[2], std::sqrt(20.0 * 2 / 24 / 2));
  EXPECT_DOUBLE_EQ(p.log_ratio_variance[1], 5.0 / 20);
  EXPECT_DOUBLE_EQ(p.log_ratio_bias[1], -5.0 / 40);
  EXPECT_DOUBLE_EQ(p.chi_1, .5);
  const Prediction he = predict(mlp(Activation::Relu, Init::He, 3, 20), {30, 4, 0, 0}, 10);
  for (std::size_t l = 0; l < 3; ++l) EXPECT_DOUBLE_EQ(he.delta_rms_ratio[l], 1);
}

TEST(prediction, follows_the_variance_from_the_input_to_its_fixed_point) {
  NetworkSettings settings = mlp(Activation::Tanh, Init::Scaled, 40, 50);
  settings.weight_variance = 1.3;
  settings.bias_variance = .05;
  const Prediction p = predict(settings, {25, 50, 0, 0}, 75);
  // q_1 = 1.3 / 25 * 75 + .05, q_2 by the map
  const ActivationFunction tanh{Activation::Tanh};
  const double q_1 = 3.95;
  const double q_2 = 1.3 * gaussian_moments(tanh, q_1).square + .05;
  for (const auto& [row, q] : {std::pair{0, q_1}, std::pair{1, q_2}}) {
    const double chi = 1.3 * gaussian_moments(tanh, q).derivative_square;
    EXPECT_NEAR(p.delta_rms_ratio[static_cast<std::size_t>(row)], std::sqrt(chi), 1e-12);
  }
  EXPECT_NEAR(p.delta_rms_ratio[38] * p.delta_rms_ratio[38], .880164, 1e-6);
  EXPECT_NEAR(p.q_star.value(), .315316, 1e-6);
  EXPECT_NEAR(p.chi_1, .880164, 1e-6);
}

TEST(prediction, lets_n01_weights_make_wide_sigmoid_networks_explode) {
  // oracles: n = 30 .741, n = 512 1.476 toward the input
  for (const auto& [width, factor] : {std::pair{30, .741}, std::pair{512, 1.476}}) {
    const auto n = static_cast<std::size_t>(width);
    const Prediction p =
        predict(mlp(Activation::Sigmoid, Init::UnitNormal, 30, n), {784, 10, 28, 28}, 100);
    EXPECT_NEAR(p.delta_rms_ratio[20], factor, .0005);
    EXPECT_NEAR(std::sqrt(p.chi_1), factor, .0005);
  }
}

TEST(prediction, knows_that_orthogonal_weights_keep_lengths) {
  const Prediction p = predict(mlp(Activation::Linear, Init::Orthogonal, 4, 20), {30, 10, 0, 0}, 1);
  for (std::size_t l = 0; l < 4; ++l) {
    EXPECT_DOUBLE_EQ(p.delta_rms_ratio[l], 1);
    EXPECT_NEAR(p.log_ratio_variance[l], 0, 1e-15);
  }
}

TEST(prediction, for_residual_networks_follows_their_own_map) {
  NetworkSettings settings = mlp(Activation::Sigmoid, Init::Lecun, 3, 20);
  settings.residual = true;
  const Prediction p = predict(settings, {30, 20, 0, 0}, 30);
  const ActivationFunction f{Activation::Sigmoid};
  const Moments first = gaussian_moments(f, 1);
  const Moments second = gaussian_moments(f, first.square);
  // a_2 = a_1 + phi(z_2), E a_1 = 1/2 = E phi
  const Moments third = gaussian_moments(f, first.square + .5 + second.square);
  EXPECT_NEAR(p.delta_rms_ratio[2], std::sqrt(third.derivative_square), 1e-12);
  EXPECT_NEAR(
      p.delta_rms_ratio[1],
      std::sqrt(second.derivative_square / third.derivative_square * (1 + third.derivative_square)),
      1e-12);
  EXPECT_NEAR(p.delta_rms_ratio[0],
              std::sqrt(first.derivative_square / second.derivative_square *
                        (1 + second.derivative_square)),
              1e-12);
  EXPECT_EQ(p.q_star, std::nullopt);
  EXPECT_NEAR(p.chi_1, 1 + third.derivative_square, 1e-12);
}

TEST(prediction, of_networks_too_shallow_for_a_skip_is_that_of_the_plain_network) {
  for (const std::size_t depth : {0U, 1U}) {
    NetworkSettings settings = mlp(Activation::Sigmoid, Init::Scaled, depth, 20);
    const Prediction plain = predict(settings, {30, 20, 0, 0}, 30);
    settings.residual = true;
    const Prediction p = predict(settings, {30, 20, 0, 0}, 30);
    EXPECT_NEAR(p.chi_1, .055721, .51e-6);  // the published value at q*
    EXPECT_NEAR(p.q_star.value(), .264687, .51e-6);
    EXPECT_EQ(p.xi_c, plain.xi_c);
    for (std::size_t l = 0; l < depth; ++l) {
      EXPECT_EQ(p.delta_rms_ratio[l], plain.delta_rms_ratio[l]);
      EXPECT_EQ(p.log_own_variance[l], plain.log_own_variance[l]);
    }
  }
}

TEST(prediction, of_a_batch_is_the_mean_of_its_samples_square_deltas) {
  NetworkSettings settings = mlp(Activation::Tanh, Init::Scaled, 8, 50);
  settings.weight_variance = 3;
  const net::ProblemShape problem{10, 4, 0, 0};
  const std::vector<double> norms{0, 1e-5, .04, .04, 9, 700};
  const Prediction p = predict(settings, problem, norms);
  std::vector<double> below(norms.size(), 1.0);
  for (std::size_t l = settings.depth; l-- > 0;) {
    double sum = 0;
    double sum_above = 0;
    for (std::size_t s = 0; s < norms.size(); ++s) {
      sum_above += below[s];
      below[s] *= std::pow(predict(settings, problem, norms[s]).delta_rms_ratio[l], 2);
      sum += below[s];
    }
    // Groups are 1/8 wide and these norms far apart: each has its own.
    EXPECT_NEAR(p.delta_rms_ratio[l] / std::sqrt(sum / sum_above), 1, 1e-9) << l;
    EXPECT_NEAR(p.sample_share[l][0], below[0] / sum, 1e-9);
    EXPECT_NEAR(p.sample_share[l][2], below[2] / sum, 1e-9);
  }
  EXPECT_EQ(p.group_samples, (std::vector<double>{1, 1, 2, 1, 1}));
}

// The error of a group is S (S + 1) / 2 times the variance of ln ||x||^2 in it, (1/8)^2 / 12, with
// a gradient ~ ||x||^(-2 S) and S below 1: .0013 over all layers.
TEST(prediction, of_many_norms_is_that_of_each) {
  const NetworkSettings settings = mlp(Activation::Tanh, Init::He, 10, 50);
  const net::ProblemShape problem{2, 4, 0, 0};
  std::vector<double> norms;
  std::vector<double> gradient;
  for (int i = 1; i <= 300; ++i) {
    norms.push_back(std::pow(i / 300.0, 2));
    double product = 1;
    const Prediction one = predict(settings, problem, norms.back());
    for (std::size_t l = 0; l < settings.depth; ++l) product *= std::pow(one.delta_rms_ratio[l], 2);
    gradient.push_back(product);
  }
  double expected = 0;
  for (const double value : gradient) expected += value / 300;
  double grouped = 1;
  const Prediction p = predict(settings, problem, norms);
  for (std::size_t l = 0; l < settings.depth; ++l) grouped *= std::pow(p.delta_rms_ratio[l], 2);
  EXPECT_LE(p.group_samples.size(), 64U);
  EXPECT_NEAR(grouped / expected, 1, .002);
}

TEST(prediction, of_piecewise_linear_functions_does_not_ask_for_the_norms) {
  const NetworkSettings settings = mlp(Activation::Relu, Init::He, 10, 50);
  const Prediction p = predict(settings, {2, 4, 0, 0}, std::vector<double>{0, .1, 40});
  EXPECT_EQ(p.group_samples, std::vector<double>{3});
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[3], 1);
  EXPECT_EQ(p.forward_variance[0], 0);
}

TEST(prediction, for_convolutions_counts_the_kernel_and_the_pooling) {
  NetworkSettings settings = mlp(Activation::Linear, Init::Lecun, 3, 6);
  settings.family = Family::Cnn;
  settings.pooling = Pooling::Average;
  const Prediction p = predict(settings, {64, 10, 8, 8}, 64);
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[0], 1);   // 9 * 6 * Var W = 1
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[1], .5);  // pooled: four places get a quarter each
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[2], 1);   // 4x4 places x 6 channels into the output layer
  settings.pooling = Pooling::Max;
  EXPECT_DOUBLE_EQ(predict(settings, {64, 10, 8, 8}, 64).delta_rms_ratio[1], 1);
  settings.depth = 4;
  settings.pooling = Pooling::Average;
  // 4x4 would become 2x2, which holds no 3x3 kernel
  EXPECT_DOUBLE_EQ(predict(settings, {64, 10, 8, 8}, 64).delta_rms_ratio[3], 1);
  // Glorot counts the 9 places a weight ends in: 2 / (9 * 6 + 9 * 6); output: 2 / (96 + 10)
  settings.init = Init::Glorot;
  const Prediction glorot = predict(settings, {64, 10, 8, 8}, 64);
  EXPECT_DOUBLE_EQ(glorot.delta_rms_ratio[0], 1);
  EXPECT_DOUBLE_EQ(glorot.delta_rms_ratio[3], std::sqrt(96.0 * 2 / 106));
}

TEST(prediction, for_convolutions_starts_from_the_mean_pixel) {
  NetworkSettings settings = mlp(Activation::Tanh, Init::Lecun, 1, 6);
  settings.family = Family::Cnn;
  // Each unit sees 9 of 64 pixels with mean square 2 and weights of variance 1/9.
  const Prediction p = predict(settings, {64, 10, 8, 8}, 128);
  const double mu_1 = gaussian_moments({Activation::Tanh}, 2).derivative_square;
  EXPECT_NEAR(p.delta_rms_ratio[0], std::sqrt(mu_1), 1e-12);
}

TEST(prediction, for_orthogonal_recurrence_is_its_gain) {
  NetworkSettings settings = mlp(Activation::Linear, Init::Orthogonal, 5, 16);
  settings.family = Family::Rnn;
  settings.recurrent_gain = .9;
  const Prediction p = predict(settings, {10, 1, 0, 0}, 1);
  ASSERT_EQ(p.delta_rms_ratio.size(), 6U);
  for (std::size_t t = 0; t < 4; ++t) EXPECT_DOUBLE_EQ(p.delta_rms_ratio[t], .9);
  EXPECT_DOUBLE_EQ(p.delta_rms_ratio[4], 1);  // orthonormal column into the one output
  settings.init = Init::Identity;
  EXPECT_DOUBLE_EQ(predict(settings, {10, 1, 0, 0}, 1).delta_rms_ratio[0], .9);
}

TEST(prediction, for_recurrent_networks_starts_from_an_empty_state) {
  NetworkSettings settings = mlp(Activation::Tanh, Init::Scaled, 60, 16);
  settings.family = Family::Rnn;
  settings.weight_variance = 1.2;
  settings.bias_variance = .1;
  settings.recurrent_gain = 1.1;
  const Prediction p = predict(settings, {120, 3, 0, 0}, 2.5);  // two inputs a step
  const ActivationFunction tanh{Activation::Tanh};
  const double fed = 1.2 / 2 * 2.5 + .1;
  const double recurrent = 1.2 * 1.21;
  EXPECT_NEAR(p.delta_rms_ratio[0],
              std::sqrt(recurrent * gaussian_moments(tanh, fed).derivative_square), 1e-12);
  const double q_2 = recurrent * gaussian_moments(tanh, fed).square + fed;
  EXPECT_NEAR(p.delta_rms_ratio[1],
              std::sqrt(recurrent * gaussian_moments(tanh, q_2).derivative_square), 1e-12);
  EXPECT_NEAR(p.q_star.value(), *fixed_point(tanh, recurrent, fed), 1e-12);
  EXPECT_NEAR(p.delta_rms_ratio[58], std::sqrt(p.chi_1), 1e-9);
}

// A network in which tanh saturates after some layers: how many, the scatter of its signals
// decides. The variance of an estimate from 200 networks scatters by sqrt(2 / 200) = .1 of it;
// three of these. First order in 1/n overestimates it where many layers' scatter adds up.
TEST(prediction, knows_the_scatter_that_the_forward_pass_adds) {
  NetworkSettings settings = mlp(Activation::Tanh, Init::Scaled, 10, 64);
  settings.weight_variance = 3;
  constexpr double kSmall = 1e-2;
  constexpr std::size_t kSeeds = 200;
  const Prediction p = predict(settings, {100, 64, 0, 0}, kSmall);
  double backward = 0;
  for (std::size_t l = 0; l < settings.depth; ++l) backward += p.log_ratio_variance[l];
  double sum = 0;
  double squares = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto delta = testing::measured_delta_rms(settings, 100, 64, kSmall, seed, 1);
    const double log = 2 * (std::log(delta.front()) - std::log(delta.back()));
    sum += log;
    squares += log * log;
  }
  const double variance = (squares - sum * sum / kSeeds) / (kSeeds - 1);
  EXPECT_GT(p.forward_variance[0], .3 * backward);
  EXPECT_NEAR(variance / (backward + p.forward_variance[0]), 1, .3);
}

// Mean over seeds of the sum over all layers of ln ratio, against prediction with its width effect.
// The sum's standard deviation is at most 1.2 times the predicted one (the forward pass adds to
// it), so that of the mean over 24 seeds is below 1.2 sd / sqrt(24) = .245 sd; three of them, and
// second order in 1/n.
void expect_measured(const NetworkSettings& settings, double square_norm) {
  constexpr std::size_t kSeeds = 24;
  const std::size_t inputs = 100;
  const Prediction p = predict(settings, {inputs, 10, 0, 0}, square_norm);
  double predicted = 0;
  double variance = 0;
  double second_order = 0;
  for (std::size_t l = 0; l < settings.depth; ++l) {
    predicted += 2 * std::log(p.delta_rms_ratio[l]) + p.log_ratio_bias[l];
    const double v = p.log_ratio_variance[l];
    variance += v;
    second_order += v * v;
  }
  double measured = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto delta = testing::measured_delta_rms(settings, inputs, 10, square_norm, seed, 1);
    measured += 2 * (std::log(delta.front()) - std::log(delta.back())) / kSeeds;
  }
  EXPECT_NEAR(measured, predicted, 3 * .245 * std::sqrt(variance) + second_order);
}

TEST(prediction, is_what_random_networks_do) {
  expect_measured(mlp(Activation::Sigmoid, Init::Lecun, 12, 96), 40);
  expect_measured(mlp(Activation::Relu, Init::He, 12, 96), 40);
  expect_measured(mlp(Activation::Tanh, Init::Glorot, 12, 96), 40);
  expect_measured(mlp(Activation::Sigmoid, Init::UnitUniform, 12, 96), 40);
  expect_measured(mlp(Activation::LeakyRelu, Init::Orthogonal, 12, 96), 40);
}

TEST(prediction, is_what_random_residual_networks_do) {
  for (const Activation activation :
       {Activation::Tanh, Activation::Sigmoid, Activation::Relu, Activation::Linear}) {
    // relu: few layers and many units, see aligned_share
    const bool is_relu = activation == Activation::Relu;
    NetworkSettings settings = mlp(activation, Init::Scaled, is_relu ? 5 : 12, is_relu ? 256 : 96);
    settings.weight_variance = 1.5;
    settings.bias_variance = .1;
    settings.residual = true;
    expect_measured(settings, 60);
  }
}

}  // namespace
}  // namespace plumb::theory
