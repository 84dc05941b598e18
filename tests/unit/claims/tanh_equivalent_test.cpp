#include "claims/tanh_equivalent.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "net/families/family.hpp"

namespace plumb::claims {
namespace {

net::NetworkSettings scaled_network() {
  net::NetworkSettings settings;
  settings.depth = 6;
  settings.width = 24;
  settings.init = net::Init::Scaled;
  settings.weight_variance = 9;
  settings.bias_variance = 1;
  return settings;
}

TEST(reference, of_a_small_network_is_what_the_formulas_say) {
  net::NetworkSettings settings;
  settings.depth = 2;
  settings.width = 2;
  const net::ParameterLayout layout = net::parameter_layout(settings, {1, 1, 0, 0});
  std::vector<double> sigmoid(layout.block_size());
  std::vector<double> tanh(layout.block_size());
  const auto weights = layout.weights(std::span(sigmoid), 1);
  weights(0, 0) = 4;
  weights(1, 0) = 8;
  weights(0, 1) = -4;
  layout.bias(std::span(sigmoid), 1)[0] = 2;
  layout.weights(std::span(sigmoid), 0)(0, 0) = 6;
  layout.bias(std::span(sigmoid), 0)[0] = 10;
  layout.weights(std::span(sigmoid), 2)(1, 0) = 2;
  layout.bias(std::span(sigmoid), 2)[0] = 5;
  make_tanh_equivalent(layout, sigmoid, tanh);
  EXPECT_EQ(layout.weights(std::span(tanh), 0)(0, 0), 3);
  EXPECT_EQ(layout.bias(std::span(tanh), 0)[0], 5);
  EXPECT_EQ(layout.weights(std::span(tanh), 1)(1, 0), 2);
  EXPECT_EQ(layout.bias(std::span(tanh), 1)[0], 2 / 2 + (4 + 8) / 4);
  EXPECT_EQ(layout.bias(std::span(tanh), 1)[1], -1);
  EXPECT_EQ(layout.weights(std::span(tanh), 2)(1, 0), 1);
  EXPECT_EQ(layout.bias(std::span(tanh), 2)[0], 6);
}

TEST(reference, computes_the_same_forward_and_back) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const EquivalenceDifference difference =
        compare_with_tanh_equivalent(scaled_network(), 20, seed);
    // Some ten roundings of 2e-16 in each of seven layers, forward and back.
    EXPECT_LT(difference.activation, 1e-13);
    EXPECT_LT(difference.delta, 1e-13);
    EXPECT_LT(difference.weight_gradient, 1e-13);
  }
}

TEST(reference, of_a_network_without_hidden_layers_is_itself) {
  net::NetworkSettings settings = scaled_network();
  settings.depth = 0;
  const EquivalenceDifference difference = compare_with_tanh_equivalent(settings, 20, 1);
  EXPECT_EQ(difference.activation, 0);
  EXPECT_EQ(difference.weight_gradient, 0);
}

}  // namespace
}  // namespace plumb::claims
