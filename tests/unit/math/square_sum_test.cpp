#include "math/reductions.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
SquareSum fast(const std::vector<T>& x) {
  return square_sum<T>(std::span<const T>(x));
}
template <class T>
SquareSum plain(const std::vector<T>& x) {
  return reference::square_sum<T>(std::span<const T>(x));
}

template <class T>
class square_sum_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(square_sum_of, Numbers);

TYPED_TEST(square_sum_of, equals_the_reference_at_awkward_sizes) {
  on_every_instruction_set([] {
    for (const std::size_t n : kAwkwardSizes) {
      SCOPED_TRACE(n);
      const auto ordinary = normals<TypeParam>(n, 7);
      expect_same_sum(fast(ordinary), plain(ordinary), n);
      for (const bool with_nonfinite : {false, true}) {
        const auto extreme = extreme_values<TypeParam>(n, 8, with_nonfinite);
        expect_same_sum(fast(extreme), plain(extreme), n);
      }
    }
  });
}

TYPED_TEST(square_sum_of, has_the_same_bits_on_every_instruction_set) {
  const auto x = extreme_values<TypeParam>(1000, 3, false);
  const SquareSum here = fast(x);
  on_every_instruction_set([&] { expect_same_bits(fast(x), here); });
}

TYPED_TEST(square_sum_of, has_the_same_bits_on_every_thread_and_at_every_address) {
  const auto x = normals<TypeParam>(1000, 5);
  std::vector<TypeParam> moved(1001);
  std::copy(x.begin(), x.end(), moved.begin() + 1);
  const SquareSum here = fast(x);
  for (const SquareSum& sum : on_three_threads([&] { return fast(x); })) {
    expect_same_bits(sum, here);
  }
  expect_same_bits(square_sum<TypeParam>(std::span<const TypeParam>(moved).subspan(1)), here);
}

TYPED_TEST(square_sum_of, three_and_four_has_norm_five) {
  EXPECT_EQ(fast(std::vector<TypeParam>{3, 4}).norm(), 5);
  EXPECT_EQ(fast(std::vector<TypeParam>{3, 4}).scaled_norm(0.25), 2.5);
  EXPECT_EQ(fast(std::vector<TypeParam>{}).norm(), 0);
}

TYPED_TEST(square_sum_of, infinities_and_not_a_number_reach_the_norm) {
  using Limits = std::numeric_limits<TypeParam>;
  EXPECT_TRUE(std::isinf(fast(std::vector<TypeParam>{1, -Limits::infinity()}).norm()));
  EXPECT_TRUE(std::isnan(fast(std::vector<TypeParam>{1, Limits::quiet_NaN()}).norm()));
  EXPECT_TRUE(
      std::isnan(fast(std::vector<TypeParam>{Limits::infinity(), Limits::quiet_NaN()}).norm()));
}

// Products and sums below are powers of two or small integers times one, so the norms are exact
// but for the decimal constants' own rounding: a few units in the last place.
TEST(square_sum, neither_underflows_nor_overflows_in_double) {
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{3e-200, 4e-200}).norm(), 5e-200);
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{3e200, 4e200}).norm(), 5e200);
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{3e-320, 4e-320}).norm(), 5e-320);
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{3e307, 4e307}).norm(), 5e307);
  EXPECT_DOUBLE_EQ(fast(std::vector<double>(100, 1e-300)).norm(), 1e-299);
}

TEST(square_sum, adds_bins_that_meet_at_a_threshold) {
  const double low = 0x1p-511;
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{0.75 * low, low}).norm(), 1.25 * low);
  const double high = 0x1p486;
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{high, 0.75 * high, 1.5 * high, 2 * high}).norm(),
                   std::sqrt(1 + 0.5625 + 2.25 + 4) * high);
  EXPECT_DOUBLE_EQ(fast(std::vector<double>{1e-200, 1, 1e200}).norm(), 1e200);
}

TEST(square_sum, a_norm_beyond_the_largest_double_is_infinite_and_its_scaled_norm_is_not) {
  const SquareSum sum = fast(std::vector<double>(4, 1e308));
  EXPECT_TRUE(std::isinf(sum.norm()));
  EXPECT_DOUBLE_EQ(sum.scaled_norm(0.25), 1e308);
}

TEST(square_sum, of_the_smallest_float_is_not_zero) {
  const float smallest = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(fast(std::vector<float>{smallest}).norm(), 0x1p-149);
  EXPECT_EQ(fast(std::vector<float>(16, -smallest)).norm(), 0x1p-147);
  EXPECT_TRUE(
      std::isfinite(fast(std::vector<float>(1000, std::numeric_limits<float>::max())).norm()));
}

TEST(square_sum, parts_add_bin_by_bin) {
  const std::vector<double> x{1e-300, 2, 1e300, 3};
  SquareSum parts = fast(std::vector<double>{x[0], x[1]});
  parts += fast(std::vector<double>{x[2], x[3]});
  expect_same_bits(parts, fast(x));
}

}  // namespace
}  // namespace plumb::math
