#include "net/losses.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace plumb::net {
namespace {

using math::Dual;

// d loss / d z_0 of a nearly certain sample is p_0 - 1 = -(e^-50 + e^-52) / (1 + ...).
TEST(dual_loss, of_the_softmax_does_not_cancel_for_a_nearly_certain_sample) {
  const std::vector<Dual> z = {{50, 1}, {0, 0}, {-2, 0}};
  const double slope = dual_loss(Loss::SoftmaxCrossEntropy, z, 0).tangent;
  const double others = std::exp(-50.0) + std::exp(-52.0);
  EXPECT_NEAR(slope / (-others / (1 + others)), 1, 1e-13);
}

TEST(dual_loss, of_the_softmax_survives_a_hopeless_sample) {
  const std::vector<Dual> z = {{-900, 1}, {0, 0}};
  const Dual loss = dual_loss(Loss::SoftmaxCrossEntropy, z, 0);
  EXPECT_DOUBLE_EQ(loss.value, 900);
  EXPECT_DOUBLE_EQ(loss.tangent, -1);
}

}  // namespace
}  // namespace plumb::net
