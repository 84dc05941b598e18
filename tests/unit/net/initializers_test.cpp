#include "net/initializers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "net/families/family.hpp"

namespace plumb::net {
namespace {

using math::Activation;

struct Moments {
  double mean;
  double variance;
  double largest;
};

template <class Range>
Moments moments(const Range& values) {
  double sum = 0;
  double squares = 0;
  double largest = 0;
  for (const double v : values) {
    sum += v;
    squares += v * v;
    largest = std::max(largest, std::abs(v));
  }
  const auto n = static_cast<double>(values.size());
  return {sum / n, squares / n - sum * sum / n / n, largest};
}

std::vector<double> draw(const NetworkSettings& settings, const ParameterLayout& layout,
                         std::uint64_t seed) {
  std::vector<double> block(layout.block_size());
  initialise<double>(settings, layout, seed, block);
  return block;
}

class every_init : public testing::TestWithParam<Init> {};

TEST_P(every_init, has_the_variance_it_promises) {
  NetworkSettings settings;
  settings.init = GetParam();
  settings.activation = Activation::LeakyRelu;
  settings.negative_slope = 0.3;
  settings.weight_variance = 2.5;
  const ParameterLayout layout({{400, 300}});
  const std::vector<double> block = draw(settings, layout, 7);
  const Moments m = moments(layout.weights(std::span<const double>(block), 0).span());
  const double expected = weight_variance(settings, layout.shape(0));
  // n = 120,000 independent draws: the sample variance's relative deviation is sqrt(2/n) = .0041
  // for a normal distribution, less for a uniform one; five of those. The mean likewise.
  EXPECT_NEAR(m.variance / expected, 1, 5 * 0.0041);
  EXPECT_NEAR(m.mean / std::sqrt(expected), 0, 5 / std::sqrt(120000.0));
}

INSTANTIATE_TEST_SUITE_P(all, every_init,
                         testing::Values(Init::Glorot, Init::He, Init::Lecun, Init::Scaled,
                                         Init::UnitNormal, Init::UnitUniform, Init::Orthogonal));

TEST(initializers, variances_are_those_of_the_papers) {
  NetworkSettings settings;
  const LayerShape shape{300, 100};
  settings.init = Init::Glorot;
  EXPECT_DOUBLE_EQ(weight_variance(settings, shape), 2.0 / 400);
  settings.init = Init::Lecun;
  EXPECT_DOUBLE_EQ(weight_variance(settings, shape), 1.0 / 300);
  settings.init = Init::He;
  settings.activation = Activation::Relu;
  EXPECT_DOUBLE_EQ(weight_variance(settings, shape), 2.0 / 300);
  settings.activation = Activation::LeakyRelu;
  settings.negative_slope = 1;
  EXPECT_DOUBLE_EQ(weight_variance(settings, shape), 1.0 / 300);
}

TEST(initializers, uniform_draws_stay_within_their_bounds) {
  NetworkSettings settings;
  const ParameterLayout layout({{50, 60}});
  settings.init = Init::UnitUniform;
  EXPECT_LE(moments(draw(settings, layout, 1)).largest, 1);
  settings.init = Init::Glorot;
  EXPECT_LE(moments(draw(settings, layout, 1)).largest, std::sqrt(6.0 / 110));
}

TEST(initializers, orthogonal_weights_keep_the_length_of_every_vector) {
  NetworkSettings settings;
  settings.init = Init::Orthogonal;
  const ParameterLayout layout({{40, 40}});
  const std::vector<double> block = draw(settings, layout, 3);
  const auto w = layout.weights(std::span<const double>(block), 0);
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double dot = 0;
      for (std::size_t k = 0; k < 40; ++k) dot += w(i, k) * w(j, k);
      EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-13);
    }
  }
}

TEST(initializers, biases_are_zero_unless_scaled) {
  NetworkSettings settings;
  const ParameterLayout layout({{5, 2000}});
  for (const Init init : {Init::Glorot, Init::He, Init::UnitNormal, Init::Orthogonal}) {
    settings.init = init;
    const auto block = draw(settings, layout, 1);
    for (const double b : layout.bias(std::span<const double>(block), 0)) EXPECT_EQ(b, 0);
  }
  settings.init = Init::Scaled;
  settings.bias_variance = 4;
  const auto block = draw(settings, layout, 1);
  const Moments m = moments(layout.bias(std::span<const double>(block), 0));
  EXPECT_NEAR(m.variance / 4, 1, 5 * std::sqrt(2.0 / 2000));
}

TEST(initializers, a_layer_does_not_depend_on_what_lies_below_it) {
  NetworkSettings settings;
  settings.init = Init::UnitNormal;
  const ParameterLayout small({{3, 8}, {8, 4}});
  const ParameterLayout large({{300, 8}, {8, 4}});
  const auto a = draw(settings, small, 1);
  const auto b = draw(settings, large, 1);
  const auto wa = small.weights(std::span<const double>(a), 1).span();
  const auto wb = large.weights(std::span<const double>(b), 1).span();
  EXPECT_TRUE(std::equal(wa.begin(), wa.end(), wb.begin(), wb.end()));
  const auto other_seed = draw(settings, small, 2);
  EXPECT_NE(a, other_seed);
}

TEST(parameter_layout, parts_do_not_overlap_and_start_on_cache_lines) {
  const ParameterLayout layout({{3, 5}, {5, 7}, {7, 2}});
  EXPECT_EQ(layout.parameters(), 15U + 5 + 35 + 7 + 14 + 2);
  std::size_t end = 0;
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    for (const Tensor& tensor : layout.tensors(l)) {
      EXPECT_GE(tensor.offset, end);
      EXPECT_EQ(tensor.offset % 16, 0U);
      end = tensor.offset + tensor.count();
    }
  }
  EXPECT_GE(layout.block_size(), end);
}

TEST(parameter_layout, joined_tensors_are_one_matrix_and_one_run) {
  Tensor state{"W", "recurrent weights", TensorRole::RecurrentWeight, {3, 3}, {"unit", "unit"}};
  Tensor input{"U", "input weights", TensorRole::Weight, {2, 3}, {"input", "unit"}};
  input.joined = true;
  const Tensor bias{"b", "biases", TensorRole::Bias, {3}, {"unit"}};
  const ParameterLayout layout({ParameterGroup({5, 3}, {state, input, bias})});
  EXPECT_EQ(layout.tensors(0)[1].offset, 9U);
  EXPECT_EQ(layout.tensors(0)[2].offset, 16U);
  EXPECT_EQ(layout.parameters(), 18U);
  EXPECT_EQ(layout.block_size(), 32U);
  const auto runs = layout.runs(0);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].count, 15U);
  EXPECT_TRUE(decays(runs[0].role));
  EXPECT_FALSE(decays(runs[1].role));
}

TEST(parameter_layout, an_mlp_of_depth_n_has_n_hidden_layers_and_an_output_layer) {
  NetworkSettings settings;
  settings.depth = 3;
  settings.width = 30;
  const ParameterLayout layout = parameter_layout(settings, {784, 10, 0, 0});
  ASSERT_EQ(layout.layers(), 4U);
  EXPECT_EQ(layout.shape(0).fan_in, 784U);
  EXPECT_EQ(layout.shape(3).fan_in, 30U);
  EXPECT_EQ(layout.shape(3).fan_out, 10U);
}

}  // namespace
}  // namespace plumb::net
