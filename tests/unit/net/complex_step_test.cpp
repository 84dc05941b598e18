#include "net/complex_step.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace plumb::net {
namespace {

using Complex = std::complex<double>;

// d loss / d z_0 of a nearly certain sample is p_0 - 1 = -(e^-50 + e^-52) / (1 + ...).
TEST(complex_step, of_the_softmax_does_not_cancel_for_a_nearly_certain_sample) {
  constexpr double kStep = 1e-60;
  const std::vector<Complex> z = {{50, kStep}, {0, 0}, {-2, 0}};
  const double slope = complex_loss(Loss::SoftmaxCrossEntropy, z, 0).imag() / kStep;
  const double others = std::exp(-50.0) + std::exp(-52.0);
  EXPECT_NEAR(slope / (-others / (1 + others)), 1, 1e-13);
}

TEST(complex_step, of_the_softmax_survives_a_hopeless_sample) {
  constexpr double kStep = 1e-60;
  const std::vector<Complex> z = {{-900, kStep}, {0, 0}};
  const Complex loss = complex_loss(Loss::SoftmaxCrossEntropy, z, 0);
  EXPECT_DOUBLE_EQ(loss.real(), 900);
  EXPECT_DOUBLE_EQ(loss.imag() / kStep, -1);
}

}  // namespace
}  // namespace plumb::net
