#include "theory/mean_field.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "plain_integral.hpp"

namespace plumb::theory {
namespace {

using math::Activation;

constexpr ActivationFunction kSigmoid{Activation::Sigmoid};
constexpr ActivationFunction kTanh{Activation::Tanh};
constexpr ActivationFunction kRelu{Activation::Relu};
constexpr ActivationFunction kLinear{Activation::Linear};

constexpr ActivationFunction leaky(double slope) { return {Activation::LeakyRelu, slope}; }

TEST(mean_field, gives_the_published_table_to_its_last_digit) {
  struct Row {
    ActivationFunction function;
    double weight_variance, bias_variance, q_star, chi_1;
  };
  const Row rows[] = {{kSigmoid, 1, 0, .264687, .055721},  {kSigmoid, 4, 0, 1.196914, .171581},
                      {kSigmoid, 1, 1, 1.302134, .041960}, {kTanh, .5, .05, .087580, .431987},
                      {kTanh, 1, .05, .193593, .759032},   {kTanh, 1.3, .05, .315316, .880164},
                      {kTanh, 1.76, .05, .569463, .999796}};
  constexpr double kHalfADigit = 0.51e-6;
  for (const Row& row : rows) {
    const MeanField field = mean_field(row.function, row.weight_variance, row.bias_variance);
    EXPECT_NEAR(field.q_star.value(), row.q_star, kHalfADigit);
    EXPECT_NEAR(field.chi_1, row.chi_1, kHalfADigit);
  }
}

TEST(mean_field, is_critical_where_the_literature_says) {
  // Six digits of the variance are known; d chi_1 / d sigma_w^2 is below 1 there.
  EXPECT_NEAR(mean_field(kTanh, 1.760955, .05).chi_1, 1, 1e-6);
  EXPECT_EQ(mean_field(kTanh, 1.760955, .05).phase, Phase::Critical);
  EXPECT_EQ(mean_field(kTanh, 1.7, .05).phase, Phase::Ordered);
  EXPECT_EQ(mean_field(kTanh, 1.8, .05).phase, Phase::Chaotic);
  EXPECT_NEAR(mean_field(leaky(.01), 1.999800, 0).chi_1, 1, 1e-6);
  EXPECT_NEAR(mean_field(leaky(.3), 1.834862, 0).chi_1, 1, 1e-6);
  // sigmoid's critical width for N(0, 1) weights is 103.
  EXPECT_LT(mean_field(kSigmoid, 102, 0).chi_1, 1);
  EXPECT_GT(mean_field(kSigmoid, 104, 0).chi_1, 1);
}

// Simpson's rule with 500 (1 + sqrt q) double panels has an error below 1e-10 of integrands whose
// features are 1 / sqrt(q) wide; 200 iterations of a map with slope below .85 end within 1e-14.
TEST(mean_field, agrees_with_another_quadrature_at_other_variances) {
  struct Case {
    ActivationFunction function;
    double weight_variance, bias_variance;
  };
  const Case cases[] = {{kSigmoid, .3, .7}, {kSigmoid, 16, 0}, {kSigmoid, 60, 2},
                        {kSigmoid, .05, 9}, {kTanh, .9, .2},   {kTanh, 2.5, .3},
                        {kTanh, 7, 0},      {kTanh, 30, 5}};
  for (const Case& c : cases) {
    const std::string name = "sigma_w^2 " + std::to_string(c.weight_variance);
    const MeanField field = mean_field(c.function, c.weight_variance, c.bias_variance);
    const double q = testing::iterated_q(c.function, c.weight_variance, c.bias_variance, 200);
    const double mu_1 = testing::derivative_moment(c.function, q, 2);
    const double mu_2 = testing::derivative_moment(c.function, q, 4);
    EXPECT_NEAR(*field.q_star / q, 1, 1e-9) << name;
    EXPECT_NEAR(field.chi_1 / (c.weight_variance * mu_1), 1, 1e-9) << name;
    EXPECT_NEAR(field.spread, 3 * mu_2 / (mu_1 * mu_1) - 1, 1e-7) << name;
  }
}

TEST(mean_field, agrees_with_another_quadrature_for_saturated_networks) {
  for (const ActivationFunction& function : {kSigmoid, kTanh}) {
    for (const double variance : {512.0, 1e4, 1e5}) {
      const double q = testing::iterated_q(function, variance, 0, 12);  // slope below .1
      const double chi_1 = variance * testing::derivative_moment(function, q, 2);
      const MeanField field = mean_field(function, variance, 0);
      EXPECT_NEAR(*field.q_star / q, 1, 1e-9) << variance;
      EXPECT_NEAR(field.chi_1 / chi_1, 1, 1e-9) << variance;
    }
  }
}

// For q -> infinity: E tanh'^2 = Int sech^4 dx / sqrt(2 pi q) = (4/3) / sqrt(2 pi q), next order
// 1/q.
TEST(mean_field, has_the_right_limit_at_absurd_variances) {
  for (const double variance : {1e8, 1e15, 1e30}) {
    const MeanField field = mean_field(kTanh, variance, 0);
    const double expected = std::sqrt(variance) * 4 / 3 / std::sqrt(2 * std::numbers::pi);
    EXPECT_NEAR(field.chi_1 / expected, 1, 2 / std::sqrt(variance)) << variance;
    EXPECT_GE(field.xi_q, 0);
    EXPECT_LT(field.xi_q, 1);
  }
}

TEST(mean_field, knows_piecewise_linear_functions_in_closed_form) {
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 1, 0).chi_1, .5);
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 2, 0).chi_1, 1);
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 4, 0).chi_1, 2);
  EXPECT_DOUBLE_EQ(mean_field(leaky(.3), 1, 0).chi_1, .545);
  EXPECT_DOUBLE_EQ(mean_field(kLinear, .7, 0).chi_1, .7);
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 1, .25).q_star.value(), .5);
  EXPECT_DOUBLE_EQ(mean_field(kLinear, .75, .5).q_star.value(), 2);
  EXPECT_EQ(mean_field(kRelu, 2, 0).q_star, std::nullopt);
  EXPECT_EQ(mean_field(kRelu, 2, .1).q_star, std::nullopt);
  EXPECT_EQ(mean_field(kLinear, 3, 0).q_star, std::nullopt);
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 2, 0).spread, 5);
  EXPECT_DOUBLE_EQ(mean_field(kLinear, 1, 0).spread, 2);
  EXPECT_TRUE(std::isinf(mean_field(kRelu, 2, 0).xi_c));
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 1, 1).xi_c, 1 / std::log(2.0));
  EXPECT_DOUBLE_EQ(mean_field(kRelu, 4, 0).xi_c, 1 / std::log(2.0));
}

TEST(mean_field, finds_that_small_tanh_networks_die_out) {
  for (const double variance : {0.0, .5, 1.0}) {
    const MeanField field = mean_field(kTanh, variance, 0);
    EXPECT_EQ(field.q_star, 0) << variance;
    EXPECT_DOUBLE_EQ(field.chi_1, variance);
  }
  EXPECT_TRUE(std::isinf(mean_field(kTanh, 1, 0).xi_q));
  // E tanh^2 = q - 2 q^2 + (17/3) q^3 ...: q* = e/2 + O(e^2) at sigma_w^2 = 1 + e.
  for (const double excess : {1e-3, 1e-6, 1e-9}) {
    const double q = *mean_field(kTanh, 1 + excess, 0).q_star;
    EXPECT_NEAR(q / (excess / 2), 1, 2 * excess + 1e-6) << excess;
  }
}

TEST(mean_field, takes_xi_q_from_the_slope_of_the_variance_map) {
  for (const ActivationFunction& function : {kSigmoid, kTanh}) {
    for (const double variance : {.8, 1.5, 40.0}) {
      const double q = *fixed_point(function, variance, .1);
      const double h = 1e-4 * q;  // central differences err by h^2 / q^2 = 1e-8, relatively
      const double slope =
          variance *
          (gaussian_moments(function, q + h).square - gaussian_moments(function, q - h).square) /
          (2 * h);
      EXPECT_NEAR(mean_field(function, variance, .1).xi_q, -1 / std::log(slope), 1e-6);
    }
  }
}

/// E f(x) f(y) on a square grid: the trapezoidal rule errs by exp(-2 pi d / .1) for an integrand
/// analytic within d = pi / (2 sqrt q) of the axis: below 1e-12 for the q of this test.
template <class F>
double pair_average(const F& f, double q, double c) {
  constexpr double kStep = .1;
  double sum = 0;
  for (int i = -80; i <= 80; ++i) {
    for (int j = -80; j <= 80; ++j) {
      const double u = i * kStep;
      const double v = j * kStep;
      const double x = std::sqrt(q) * u;
      const double y = std::sqrt(q) * (c * u + std::sqrt(1 - c * c) * v);
      sum += f(x) * f(y) * std::exp(-(u * u + v * v) / 2);
    }
  }
  return sum * kStep * kStep / (2 * std::numbers::pi);
}

TEST(mean_field, finds_the_correlation_fixed_point_of_chaotic_networks) {
  struct Case {
    ActivationFunction function;
    double weight_variance, bias_variance;
  };
  for (const Case& c : {Case{kTanh, 2.5, .05}, Case{kTanh, 4, .3}, Case{kSigmoid, 150, 1}}) {
    const MeanField field = mean_field(c.function, c.weight_variance, c.bias_variance);
    ASSERT_EQ(field.phase, Phase::Chaotic);
    const double q = *field.q_star;
    // c* is the only fixed point below 1: it need only be one, and the slope be right there.
    const double next =
        (c.weight_variance *
             pair_average([&](double x) { return testing::phi(c.function, x); }, q, field.c_star) +
         c.bias_variance) /
        q;
    const double slope =
        c.weight_variance *
        pair_average([&](double x) { return testing::phi_derivative(c.function, x); }, q,
                     field.c_star);
    EXPECT_NEAR(next, field.c_star, 1e-9);
    EXPECT_LT(field.c_star, .999);
    EXPECT_NEAR(field.xi_c, -1 / std::log(slope), 1e-7 * field.xi_c);
    EXPECT_DOUBLE_EQ(field.trainable_depth, 6 * field.xi_c);
  }
}

TEST(mean_field, lets_chaotic_tanh_without_bias_forget_everything) {
  // c* = 0, and the slope there is sigma_w^2 (E tanh')^2.
  const MeanField field = mean_field(kTanh, 3, 0);
  EXPECT_EQ(field.c_star, 0);
  const double mean = testing::derivative_moment(kTanh, *field.q_star, 1);
  EXPECT_NEAR(field.xi_c, -1 / std::log(3 * mean * mean), 1e-9);
}

// For q -> infinity tanh is a sign: C(c) = (2/pi) asin(c), with sigma_b^2 = 0 and any c* = 0; with
// a bias share b of q, (1 - b)(2/pi) asin(c) + b = c. The corrections are of order 1 / sqrt(q) =
// .001.
TEST(mean_field, treats_saturated_tanh_like_a_sign) {
  const double b = .4;
  const MeanField field = mean_field(kTanh, 6e5, 4e5);
  const double c = field.c_star;
  EXPECT_NEAR((1 - b) * 2 / std::numbers::pi * std::asin(c) + b, c, 3e-3);
  EXPECT_GT(c, .4);
  EXPECT_LT(c, .99);
}

TEST(mean_field, goes_over_smoothly_from_order_to_chaos) {
  // Both sides of the transition have the same depth scale to first order in chi_1 - 1.
  const double ordered = mean_field(kTanh, 1.760955 - .002, .05).xi_c;
  const double chaotic = mean_field(kTanh, 1.760955 + .002, .05).xi_c;
  EXPECT_GT(ordered, 500);
  EXPECT_NEAR(chaotic / ordered, 1, .02);
}

/// Jumps of phi'^4 and phi'^2, the larger: at 0, a point of the plain integral's grid, and three
/// times those elsewhere, which may lie anywhere between two points.
double jump_at_corners(const ActivationFunction& f) {
  const auto jump = [&](double x, double power) {
    const double right = testing::phi_derivative(f, x + 1e-12);
    return std::abs(std::pow(right, power) -
                    std::pow(testing::phi_derivative(f, x - 1e-12), power));
  };
  const auto jumps = [&](double x) { return std::max(jump(x, 2), jump(x, 4)); };
  double sum = jumps(0) > 1e-9 ? jumps(0) : 0;
  for (const double x : math::traits_of(f.activation).corners) sum += 3 * jumps(x);
  return sum;
}

TEST(gaussian_moments, agree_with_the_plain_integral) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    const ActivationFunction f{activation, .2};
    for (const double q : {1e-6, .03, .99, 1.01, 5.0, 80.0}) {
      const Moments m = gaussian_moments(f, q);
      const auto mean = [&](double z) { return testing::phi(f, std::sqrt(q) * z); };
      const auto square = [&](double z) { return std::pow(mean(z), 2); };
      const std::size_t panels = testing::panels(q);
      // The plain integral's error: 1e-10 of smooth functions, a 1/6 step where phi' jumps.
      // Where a third derivative jumps, h^4 / 180 of it: 1440 for softsign's phi'^4, with a step h
      // of .01 sqrt(q) / (1 + sqrt(q)) and the density .4 / sqrt(q) at 0, at most 3.4e-9.
      const double kink = 2.0 / static_cast<double>(panels) * jump_at_corners(f);
      const double smooth = math::traits_of(activation).gaussian_moments != nullptr ? 1e-10 : 4e-9;
      EXPECT_NEAR(m.mean, testing::gaussian_integral(mean, panels), smooth + kink * std::sqrt(q));
      // A corner between two points adds at most a third of the slope's jump times step^2, at both.
      const bool has_corner = !math::traits_of(activation).corners.empty();
      const double step = 10 * std::sqrt(q) / static_cast<double>(panels);
      EXPECT_NEAR(m.square / testing::gaussian_integral(square, panels), 1,
                  1e-9 + (has_corner ? step * step : 0));
      EXPECT_NEAR(m.derivative_square, testing::derivative_moment(f, q, 2), smooth + kink);
      EXPECT_NEAR(m.derivative_fourth, testing::derivative_moment(f, q, 4), smooth + kink);
      // Central differences err by h^2 / q^2 = 1e-8, and by 1e-12 / (2e-4) of the two averages.
      const double h = 1e-4 * q;
      const double difference = gaussian_moments(f, q + h).derivative_square -
                                gaussian_moments(f, q - h).derivative_square;
      EXPECT_NEAR(m.derivative_square_slope * q, difference / 2e-4, 2e-7 * m.derivative_square);
    }
  }
}

TEST(gaussian_moments, of_a_silent_unit_are_those_at_zero) {
  const Moments m = gaussian_moments(kSigmoid, 0);
  EXPECT_DOUBLE_EQ(m.mean, .5);
  EXPECT_DOUBLE_EQ(m.square, .25);
  EXPECT_DOUBLE_EQ(m.derivative_square, 1.0 / 16);
  EXPECT_DOUBLE_EQ(m.derivative_fourth, 1.0 / 256);
}

}  // namespace
}  // namespace plumb::theory
