#include "theory/critical_point.hpp"

#include <gtest/gtest.h>

#include "core/names.hpp"
#include "theory/mean_field.hpp"

namespace plumb::theory {
namespace {

using math::Activation;

struct Published {
  Activation activation;
  double bias_variance, weight_variance, q_star;
};

// Six printed digits.
constexpr Published kCritical[] = {{Activation::Tanh, .05, 1.760955, .570048},
                                   {Activation::Gelu, .05, 2.302520, .722036},
                                   {Activation::Silu, .05, 2.728612, .826576},
                                   {Activation::Erf, .05, 1.375839, .517177}};

TEST(critical_point, is_the_published_one) {
  for (const Published& published : kCritical) {
    const auto point = critical_point({published.activation}, published.bias_variance);
    ASSERT_TRUE(point);
    EXPECT_NEAR(point->weight_variance, published.weight_variance, 1e-6);
    EXPECT_NEAR(*point->q_star, published.q_star, 1e-6);
  }
}

TEST(critical_point, has_chi_1_of_one_and_a_fixed_point_of_the_variance) {
  for (const auto& [activation, name] : core::names_of<Activation>()) {
    for (const double bias_variance : {0.0, .02, .5}) {
      SCOPED_TRACE(::testing::Message() << name << ", sigma_b^2 = " << bias_variance);
      const ActivationFunction function{activation};
      const auto point = critical_point(function, bias_variance);
      if (!point) continue;
      EXPECT_EQ(point->bias_variance, bias_variance);
      const Moments m = gaussian_moments(function, point->q_star.value_or(1));
      EXPECT_NEAR(point->weight_variance * m.derivative_square, 1, 1e-10);
      if (!point->q_star) continue;
      EXPECT_NEAR(point->weight_variance * m.square + bias_variance, *point->q_star,
                  1e-10 * (1 + *point->q_star));
    }
  }
}

// Where sigma_b^2 -> 0 the expansion of tanh gives q* = sqrt(sigma_b^2 / 2) (1 + O(q*)^2): with
// tanh z = z - z^3/3, sigma_w^2 E tanh^2 = q - 2 q^2 + ... at sigma_w^2 = 1 / E tanh'^2 = 1 + 2 q.
TEST(critical_point, of_small_biases_solves_its_equation_to_their_last_digits) {
  for (const Activation activation : {Activation::Tanh, Activation::Gelu, Activation::Erf}) {
    for (const double bias_variance : {1e-6, 1e-8, 1e-10}) {
      SCOPED_TRACE(::testing::Message() << core::name_of(activation) << ' ' << bias_variance);
      const auto point = critical_point({activation}, bias_variance);
      ASSERT_TRUE(point);
      const Moments m = gaussian_moments({activation}, *point->q_star);
      EXPECT_NEAR(*point->q_star - m.square / m.derivative_square, bias_variance,
                  1e-7 * bias_variance);
    }
  }
  EXPECT_NEAR(*critical_point({Activation::Tanh}, 1e-8)->q_star, 1.965094e-3, 1e-9);
}

TEST(critical_point, of_rectifiers_is_that_of_he) {
  EXPECT_DOUBLE_EQ(critical_point({Activation::Relu}, .1)->weight_variance, 2);
  EXPECT_NEAR(critical_point({Activation::LeakyRelu, .3}, 0)->weight_variance, 1.834862, 1e-6);
  EXPECT_EQ(critical_point({Activation::Relu}, 0)->q_star, std::nullopt);
}

constexpr Published kDoubleCritical[] = {{Activation::Gelu, .172922, 1.983058, 3.561553},
                                         {Activation::Silu, .555143, 1.988005, 14.320174}};

TEST(critical_point, of_both_kinds_at_once_is_the_published_one) {
  for (const Published& published : kDoubleCritical) {
    const auto point = double_critical_point({published.activation});
    ASSERT_TRUE(point);
    EXPECT_NEAR(*point->q_star, published.q_star, 1e-5);
    EXPECT_NEAR(point->weight_variance, published.weight_variance, 1e-6);
    EXPECT_NEAR(point->bias_variance, published.bias_variance, 1e-6);
    EXPECT_NEAR(point->variance_slope, 1, 1e-9);
  }
}

// Where nothing else is, silent units are critical: V'(0) = chi_1 = sigma_w^2 phi'(0)^2.
TEST(critical_point, of_both_kinds_at_once_lies_at_zero_for_tanh) {
  const auto point = double_critical_point({Activation::Tanh});
  ASSERT_TRUE(point);
  EXPECT_EQ(point->q_star, 0);
  EXPECT_DOUBLE_EQ(point->weight_variance, 1);
  EXPECT_EQ(point->bias_variance, 0);
}

}  // namespace
}  // namespace plumb::theory
