// What sets recurrent, convolutional and residual networks apart, checked against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "net/families/family.hpp"
#include "net/initializers.hpp"
#include "net/network.hpp"

namespace plumb::net {
namespace {

using math::Activation;

struct Passed {
  std::unique_ptr<const Network<double>> network;
  std::vector<double> parameters;
  Slice<double> slice;
};

/// Forward and backward of `samples` random samples; alive units and exponents left aside.
Passed pass(const NetworkSettings& settings, const ProblemShape& problem, std::uint64_t seed,
            std::size_t samples = 3) {
  auto network = make_network<double>(settings, Loss::MeanSquaredError, problem);
  Slice<double> slice = network->make_slice(samples);
  Workspace<double> workspace;
  std::vector<double> parameters(network->layout().block_size());
  initialise<double>(settings, network->layout(), seed, parameters);
  core::RandomStream random(seed, core::Purpose::TrainSample, 0);
  for (double& x : slice.input().span()) x = random.normal();
  for (double& y : slice.targets()) y = 0;
  for (std::size_t g = 0; g < network->groups(); ++g) {
    network->forward(g, std::span<const double>(parameters), slice, workspace, {});
  }
  network->evaluate_loss(slice);
  std::vector<double> gradient(network->layout().block_size());
  for (std::size_t g = network->groups(); g-- > 0;) {
    network->backward(g, std::span<const double>(parameters), {}, slice, workspace,
                      {network->layout().group(std::span(gradient), g), {}});
  }
  return {std::move(network), std::move(parameters), std::move(slice)};
}

NetworkSettings linear_rnn(double gain, std::size_t steps) {
  NetworkSettings settings;
  settings.family = Family::Rnn;
  settings.activation = Activation::Linear;
  settings.init = Init::Orthogonal;
  settings.recurrent_gain = gain;
  settings.depth = steps;
  settings.width = 32;
  return settings;
}

// Each of 200 products of 32 terms rounds a norm by about an epsilon; they add up like a walk.
TEST(rnn, of_an_orthogonal_linear_recurrence_keeps_the_norm_of_delta_over_200_steps) {
  const Passed p = pass(linear_rnn(1, 200), {400, 1, 0, 0}, 7);
  const double last = p.slice.stage_sums[199].delta.norm();
  for (std::size_t t = 0; t < 200; ++t) {
    EXPECT_NEAR(p.slice.stage_sums[t].delta.norm() / last, 1, 1e-12) << "time step " << t;
  }
}

TEST(rnn, of_a_scaled_orthogonal_recurrence_shrinks_by_its_gain_a_step) {
  const double gain = 0.7;
  const Passed p = pass(linear_rnn(gain, 50), {100, 1, 0, 0}, 8);
  const double last = p.slice.stage_sums[49].delta.norm();
  for (std::size_t t = 0; t < 50; ++t) {
    const double expected = last * std::pow(gain, 49.0 - static_cast<double>(t));
    EXPECT_NEAR(p.slice.stage_sums[t].delta.norm() / expected, 1, 1e-12);
  }
}

/// Largest singular value by power iteration on W^T W, from below.
double spectral_norm(core::MatrixView<const double> w) {
  std::vector<double> v(w.cols, 1);
  double norm = 0;
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> u(w.rows, 0);
    for (std::size_t r = 0; r < w.rows; ++r) {
      for (std::size_t c = 0; c < w.cols; ++c) u[r] += w(r, c) * v[c];
    }
    std::vector<double> next(w.cols, 0);
    for (std::size_t r = 0; r < w.rows; ++r) {
      for (std::size_t c = 0; c < w.cols; ++c) next[c] += w(r, c) * u[r];
    }
    double length = 0;
    for (const double x : next) length += x * x;
    length = std::sqrt(length);
    for (double& x : next) x /= length;
    v = next;
    norm = std::sqrt(length);
  }
  return norm;
}

// Pascanu et al. 2013: ||delta_t|| <= (gamma ||W||) ||delta_{t+1}||, gamma the largest slope.
// Power iteration ends a little below the true norm; 1e-6 covers what 2000 rounds leave.
TEST(rnn, never_violates_the_bound_of_pascanu) {
  for (const auto& [activation, gamma] :
       {std::pair{Activation::Sigmoid, 0.25}, std::pair{Activation::Tanh, 1.0}}) {
    for (const double variance : {0.2, 1.0, 4.0}) {
      for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        NetworkSettings settings = linear_rnn(1, 30);
        settings.activation = activation;
        settings.init = Init::Scaled;
        settings.weight_variance = variance;
        const Passed p = pass(settings, {60, 1, 0, 0}, seed, 1);
        const auto cell = p.network->layout().weights(std::span<const double>(p.parameters), 0);
        const double bound = gamma * spectral_norm({cell.data, 32, 32}) * (1 + 1e-6);
        for (std::size_t t = 0; t + 1 < 30; ++t) {
          EXPECT_LE(p.slice.stage_sums[t].delta.norm(),
                    bound * p.slice.stage_sums[t + 1].delta.norm());
        }
      }
    }
  }
}

TEST(rnn, with_identity_init_starts_as_a_sum_over_time) {
  NetworkSettings settings = linear_rnn(1, 5);
  settings.init = Init::Identity;
  Passed p = pass(settings, {10, 1, 0, 0}, 3, 1);
  const auto cell = p.network->layout().weights(std::span<const double>(p.parameters), 0);
  for (std::size_t u = 0; u < 32; ++u) {
    double sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += p.slice.input()(0, i) * cell(32 + i % 2, u);
    EXPECT_NEAR(p.slice.activation(4)(0, u), sum, 1e-14);
  }
}

TEST(rnn, refuses_a_depth_that_does_not_divide_the_inputs) {
  const Incompatibility fault = incompatibility(linear_rnn(1, 10), {16, 2, 4, 4});
  EXPECT_EQ(fault.key, "network.depth");
  EXPECT_EQ(fault.message,
            "network.depth = 10 time steps cannot share 16 inputs evenly; allowed: 1, 2, 4, 8, 16");
}

TEST(residual, networks_of_zero_weights_hand_the_first_layer_through) {
  NetworkSettings settings;
  settings.activation = Activation::Tanh;
  settings.depth = 6;
  settings.width = 9;
  settings.residual = true;
  const ProblemShape problem{4, 2, 0, 0};
  const auto network = make_network<double>(settings, Loss::MeanSquaredError, problem);
  std::vector<double> parameters(network->layout().block_size());
  initialise<double>(settings, network->layout(), 1, parameters);
  for (std::size_t l = 1; l < 6; ++l) {
    for (double& w : network->layout().weights(std::span(parameters), l).span()) w = 0;
  }
  Slice<double> slice = network->make_slice(1);
  Workspace<double> workspace;
  for (double& x : slice.input().span()) x = 0.5;
  for (std::size_t g = 0; g < network->groups(); ++g) {
    network->forward(g, std::span<const double>(parameters), slice, workspace, {});
  }
  for (std::size_t u = 0; u < 9; ++u) {
    EXPECT_EQ(slice.activation(5)(0, u), slice.activation(0)(0, u));
  }
}

NetworkSettings cnn(std::size_t depth) {
  NetworkSettings settings;
  settings.family = Family::Cnn;
  settings.depth = depth;
  settings.width = 4;
  return settings;
}

TEST(cnn, images_shrink_while_they_still_hold_a_kernel) {
  const auto groups = recipe_of(Family::Cnn).layers(cnn(8), {784, 10, 28, 28});
  std::vector<std::size_t> pixels;
  pixels.reserve(8);
  for (std::size_t l = 0; l < 8; ++l) pixels.push_back(groups[l].layer->positions());
  EXPECT_EQ(pixels, (std::vector<std::size_t>{784, 784, 196, 196, 49, 49, 9, 9}));
  EXPECT_FALSE(groups[7].pooling) << "1 x 1 would not hold a kernel of 3";
}

TEST(cnn, of_a_kernel_of_one_is_a_dense_layer_at_every_pixel) {
  NetworkSettings settings = cnn(1);
  settings.kernel = 1;
  settings.activation = Activation::Linear;
  Passed p = pass(settings, {12, 2, 3, 4}, 5, 2);
  const auto w = p.network->layout().weights(std::span<const double>(p.parameters), 0);
  for (std::size_t i = 0; i < 24; ++i) {
    for (std::size_t u = 0; u < 4; ++u) {
      EXPECT_DOUBLE_EQ(p.slice.activation(0)(i, u), p.slice.input().data[i] * w(0, u));
    }
  }
}

// The convolution written out, over rows, columns and channels.
TEST(cnn, adds_the_channels_of_an_image) {
  constexpr std::ptrdiff_t kHeight = 4;
  constexpr std::ptrdiff_t kWidth = 5;
  constexpr std::ptrdiff_t kChannels = 3;
  NetworkSettings settings = cnn(1);
  settings.activation = Activation::Linear;
  Passed p = pass(settings, {60, 2, kHeight, kWidth, kChannels}, 5, 1);
  const auto w = p.network->layout().weights(std::span<const double>(p.parameters), 0);
  ASSERT_EQ(w.rows, 27U);
  for (std::ptrdiff_t i = 0; i < kHeight * kWidth; ++i) {
    for (std::size_t u = 0; u < 4; ++u) {
      double sum = 0;
      for (std::ptrdiff_t k = 0; k < 9 * kChannels; ++k) {
        const std::ptrdiff_t tap = k / kChannels;
        const std::ptrdiff_t y = i / kWidth + tap / 3 - 1;
        const std::ptrdiff_t x = i % kWidth + tap % 3 - 1;
        if (y < 0 || y >= kHeight || x < 0 || x >= kWidth) continue;
        const std::ptrdiff_t at = (y * kWidth + x) * kChannels + k % kChannels;
        sum += p.slice.input().data[at] * w(static_cast<std::size_t>(k), u);
      }
      // 27 products of numbers of order 1.
      EXPECT_NEAR(p.slice.activation(0)(static_cast<std::size_t>(i), u), sum, 1e-13);
    }
  }
}

TEST(cnn, refuses_a_kernel_larger_than_the_image_and_data_without_one) {
  NetworkSettings settings = cnn(1);
  settings.kernel = 5;
  EXPECT_EQ(incompatibility(settings, {16, 2, 4, 4}).message,
            "network.kernel = 5 is larger than the image of 4 x 4; allowed: an odd integer from "
            "1 to 3");
  EXPECT_EQ(incompatibility(settings, {20, 2, 0, 0}).key, "network.family");
  EXPECT_THROW(make_network<float>(settings, Loss::MeanSquaredError, {16, 2, 4, 4}),
               core::UsageError);
}

TEST(cnn, pooling_is_ineffective_when_half_the_image_holds_no_kernel) {
  const ProblemShape tiny{20, 2, 4, 5};
  EXPECT_EQ(ineffective_pooling(cnn(2), tiny),
            "the image of 4 x 5, halved, does not hold the kernel of 3; allowed: network.kernel "
            "= 1, or network.pooling = none");
  NetworkSettings settings = cnn(2);
  settings.kernel = 7;
  EXPECT_EQ(ineffective_pooling(settings, {132, 2, 12, 11}),
            "the image of 12 x 11, halved, does not hold the kernel of 7; allowed: "
            "network.kernel <= 5, or network.pooling = none");
  settings.kernel = 1;
  EXPECT_EQ(ineffective_pooling(settings, {9, 2, 1, 9}),
            "the image of 1 x 9 cannot be halved; allowed: network.pooling = none");
}

TEST(cnn, pooling_is_effective_when_it_happens_once_or_nobody_asks_for_it) {
  const ProblemShape tiny{20, 2, 4, 5};
  EXPECT_EQ(ineffective_pooling(cnn(2), {36, 2, 6, 6}), "") << "pooled once, and never again";
  EXPECT_EQ(ineffective_pooling(cnn(1), tiny), "") << "the first pooling would come after 2";
  NetworkSettings settings = cnn(2);
  settings.pooling = Pooling::None;
  EXPECT_EQ(ineffective_pooling(settings, tiny), "");
  settings = cnn(2);
  settings.kernel = 1;
  EXPECT_EQ(ineffective_pooling(settings, tiny), "");
  settings.family = Family::Mlp;
  settings.kernel = 9;
  EXPECT_EQ(ineffective_pooling(settings, tiny), "");
}

TEST(network, of_depth_zero_is_a_linear_model) {
  NetworkSettings settings;
  settings.depth = 0;
  const auto network = make_network<double>(settings, Loss::MeanSquaredError, {3, 1, 0, 0});
  ASSERT_EQ(network->stages().size(), 1U);
  EXPECT_EQ(network->stages()[0].name, "output");
  EXPECT_EQ(network->layout().parameters(), 4U);
}

}  // namespace
}  // namespace plumb::net
