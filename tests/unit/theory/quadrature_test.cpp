#include "theory/gaussian_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/names.hpp"

namespace plumb::theory {
namespace {

using math::Activation;

// The promise is 11 digits; slopes with respect to q lose what q is smaller than 1.
TEST(quadrature, agrees_with_every_closed_form) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    if (math::traits_of(activation).gaussian_moments == nullptr) continue;
    for (const double q : {1e-4, .03, .99, 1.01, 5.0, 80.0, 1e4, 1e8}) {
      SCOPED_TRACE(::testing::Message() << name << ", q = " << q);
      const Moments closed = gaussian_moments({activation, .2}, q);
      const Moments m = quadrature_moments({activation, .2}, q);
      EXPECT_NEAR(m.mean, closed.mean, 1e-11 * (1 + closed.mean));
      EXPECT_NEAR(m.square / closed.square, 1, 1e-11);
      EXPECT_NEAR(m.square_slope / closed.square_slope, 1, 1e-10);
      EXPECT_NEAR(m.derivative_square / closed.derivative_square, 1, 1e-11);
      EXPECT_NEAR(m.derivative_fourth / closed.derivative_fourth, 1, 1e-11);
      EXPECT_NEAR(m.derivative_square_slope * q, closed.derivative_square_slope * q,
                  1e-10 * closed.derivative_square);
    }
  }
}

TEST(quadrature, of_a_silent_unit_is_the_limit_at_zero) {
  const Moments sigmoid = quadrature_moments({Activation::Sigmoid}, 0);
  EXPECT_DOUBLE_EQ(sigmoid.square, .25);
  EXPECT_NEAR(sigmoid.derivative_square, 1.0 / 16, 1e-11);
  EXPECT_NEAR(sigmoid.square_slope, 1.0 / 16, 1e-10);  // E phi'^2 + phi phi'' with phi''(0) = 0
  EXPECT_NEAR(quadrature_moments({Activation::Relu}, 0).derivative_square, .5, 1e-11);
}

TEST(quadrature, averages_pairs_of_any_correlation) {
  for (const double q : {.05, 1.0, 30.0}) {
    for (const double c : {0.0, .4, .97, .99999}) {
      SCOPED_TRACE(::testing::Message() << "q = " << q << ", c = " << c);
      const double product = math::traits_of(Activation::Tanh).derivative_product(q, c);
      EXPECT_NEAR(pair_averages({Activation::Tanh}, q, c).derivative / product, 1, 1e-10);
      // E relu(x) relu(y) (Cho and Saul 2009), and P(x > 0, y > 0).
      const double angle = std::acos(c);
      const PairAverages relu = pair_averages({Activation::Relu}, q, c);
      const double kernel = std::sin(angle) + (std::numbers::pi - angle) * c;
      EXPECT_NEAR(relu.value / (q * kernel / (2 * std::numbers::pi)), 1, 1e-9);
      EXPECT_NEAR(relu.derivative, (1 - angle / std::numbers::pi) / 2, 1e-6);
    }
  }
}

}  // namespace
}  // namespace plumb::theory
