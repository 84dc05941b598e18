// What each layer says of itself.
#include "net/layers/layer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/initializers.hpp"
#include "net/layers/convolution.hpp"
#include "net/layers/dense.hpp"
#include "net/layers/pooling.hpp"
#include "net/layers/recurrent_step.hpp"
#include "net/layers/skip.hpp"

namespace plumb::net {
namespace {

std::vector<std::string> symbols(const Layer& layer) {
  std::vector<std::string> names;
  for (const Tensor& tensor : layer.parameters().tensors) names.push_back(tensor.symbol);
  return names;
}

TEST(layer, names_its_parameters_the_matrix_first) {
  const Dense dense(3, 4, "input", "unit_1");
  EXPECT_EQ(symbols(dense), (std::vector<std::string>{"W", "b"}));
  EXPECT_EQ(dense.parameters().tensors[0].dimensions,
            (std::vector<std::string>{"input", "unit_1"}));
  const Convolution convolution({5, 6, 2}, 3, 4, "fed_1", "unit_1");
  EXPECT_EQ(convolution.parameters().tensors[0].shape, (std::vector<std::size_t>{18, 4}));
  EXPECT_EQ(convolution.parameters().tensors[0].receptive_field, 9U);
  const RecurrentStep step(4, 2);
  EXPECT_EQ(symbols(step), (std::vector<std::string>{"W", "U", "b"}));
  EXPECT_EQ(step.parameters().shape.fan_in, 6U);
}

TEST(layer, says_what_shares_its_weights) {
  EXPECT_EQ(Dense(3, 4, "input", "unit").sharing(), WeightSharing::None);
  EXPECT_EQ(Convolution({5, 6, 2}, 3, 4, "fed", "unit").sharing(), WeightSharing::Positions);
  EXPECT_EQ(RecurrentStep(4, 2).sharing(), WeightSharing::Time);
}

TEST(layer, counts_the_multiply_adds_of_its_products) {
  EXPECT_EQ(Dense(3, 4, "input", "unit").product_cost(), 12);
  EXPECT_EQ(Convolution({5, 6, 2}, 3, 4, "fed", "unit").product_cost(), 18 * 4 * 30);
  const RecurrentStep step(4, 2);
  EXPECT_EQ(step.product_cost(), 24);
  EXPECT_EQ(step.input_gradient_cost(), 16) << "nothing arrives at the input of a time step";
}

TEST(layer, an_isometry_has_a_recurrent_variance_of_one_times_the_squared_gain) {
  NetworkSettings settings;
  settings.recurrent_gain = 0.5;
  for (const Init init : {Init::Orthogonal, Init::Identity}) {
    settings.init = init;
    EXPECT_EQ(RecurrentStep(49, 3).mean_field(settings).weight_variance, 0.25);
  }
}

TEST(layer, a_convolution_counts_the_places_a_weight_ends_in) {
  const NetworkSettings settings;  // glorot
  const MeanFieldFactor factor = Convolution({5, 5, 2}, 3, 4, "fed", "unit").mean_field(settings);
  EXPECT_DOUBLE_EQ(factor.weight_variance, 18 * 2.0 / (18 + 36));
  EXPECT_EQ(factor.units, 4);
}

TEST(skip, keeps_what_arrives_at_the_beginning_of_each_samples_place_below) {
  const std::vector<double> arrived{1, 2, 3, 4};
  std::vector<double> below(6, 0.0);
  Skip::input_gradient<double>({arrived.data(), 2, 2}, {below.data(), 2, 3});
  EXPECT_EQ(below, (std::vector<double>{1, 2, 0, 3, 4, 0}));
}

TEST(pooling, sends_a_gradient_to_the_largest_or_a_quarter_to_each) {
  const std::vector<double> image{1, 3, 2, 0};
  const std::vector<double> pooled_gradient{8};
  std::vector<double> gradient(4);
  MeanFieldFactor factor;
  const PoolingLayer largest(Pooling::Max, {2, 2, 1});
  largest.input_gradient<double>(image, pooled_gradient, gradient);
  EXPECT_EQ(gradient, (std::vector<double>{0, 8, 0, 0}));
  largest.mean_field(factor);
  EXPECT_EQ(factor.pooling_factor, 1);
  const PoolingLayer average(Pooling::Average, {2, 2, 1});
  average.input_gradient<double>(image, pooled_gradient, gradient);
  EXPECT_EQ(gradient, (std::vector<double>{2, 2, 2, 2}));
  average.mean_field(factor);
  EXPECT_EQ(factor.pooling_factor, 0.25) << "4 x (1/4)^2";
}

}  // namespace
}  // namespace plumb::net
