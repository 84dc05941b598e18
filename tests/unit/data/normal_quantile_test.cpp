#include "data/generated.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace plumb::data {
namespace {

/// P(Z < z), accurate in the lower tail.
double normal_below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

void expect_inverse(double p) {
  const double z = normal_quantile(p);
  // A relative error e of z changes the tail's probability by about z^2 e, relatively; the
  // algorithm promises e of about 1e-7.
  EXPECT_NEAR(normal_below(z), p, 3e-7 * (1 + z * z) * p) << "p = " << p;
}

TEST(normal_quantile, inverts_the_normal_distribution) {
  for (double p = 0.0005; p <= 0.5; p += 0.0005) expect_inverse(p);
  for (double p = 0x1p-33; p < 0.01; p *= 1.01) expect_inverse(p);
}

TEST(normal_quantile, is_odd_around_one_half) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  for (double p = 0x1p-33; p < 0.5; p *= 1.37) {
    // 1 - p is rounded to 2^-53, which moves the quantile by 2^-54 / density at most.
    const double z = normal_quantile(p);
    EXPECT_NEAR(normal_quantile(1 - p), -z, 0x1p-53 * std::exp(z * z / 2) * 3) << "p = " << p;
  }
}

TEST(normal_quantile, gives_finite_numbers_for_all_bits_zero_and_one) {
  EXPECT_NEAR(normal_from_bits(0), -6.3379F, 1e-3F);
  EXPECT_EQ(normal_from_bits(0xffffffffU), -normal_from_bits(0));
}

}  // namespace
}  // namespace plumb::data
