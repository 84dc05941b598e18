#include "math/reductions.hpp"

#include <algorithm>

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class moments_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(moments_of, Numbers);

struct Moments {
  double deviation = 0;
  double squared = 0;
};

template <class T>
Moments fast(const std::vector<T>& x, double pivot) {
  Moments m;
  add_moments<T>(x, pivot, m.deviation, m.squared);
  return m;
}
template <class T>
Moments plain(const std::vector<T>& x, double pivot) {
  Moments m;
  reference::add_moments<T>(x, pivot, m.deviation, m.squared);
  return m;
}

// The pivot is no float: padding a float's rest with it would show.
constexpr double kPivot = 0.1;

// Two orders of summing n numbers of sizes s differ by less than 2 n rounding errors of the sum of
// s; the squares are their own sizes.
TYPED_TEST(moments_of, equal_their_reference_at_awkward_sizes) {
  for (const std::size_t n : kAwkwardSizes) {
    SCOPED_TRACE(n);
    const auto x = normals<TypeParam>(n, 1);
    const Moments expected = plain(x, kPivot);
    double sizes = 0;
    for (const TypeParam v : x) sizes += std::abs(v - kPivot);
    const double epsilons = 2 * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
    on_every_instruction_set([&] {
      const Moments actual = fast(x, kPivot);
      EXPECT_NEAR(actual.deviation, expected.deviation, epsilons * sizes);
      expect_same_sum(actual.squared, expected.squared, n);
    });
  }
}

TYPED_TEST(moments_of, have_the_same_bits_on_every_instruction_set_and_thread) {
  const auto x = normals<TypeParam>(1003, 2);
  const Moments here = fast(x, kPivot);
  const auto expect_here = [&](const Moments& m) {
    EXPECT_EQ(bits(m.deviation), bits(here.deviation));
    EXPECT_EQ(bits(m.squared), bits(here.squared));
  };
  for (const Moments& m : on_three_threads([&] { return fast(x, kPivot); })) expect_here(m);
  on_every_instruction_set([&] { expect_here(fast(x, kPivot)); });
}

// (1 - .5) + (2 - .5) + (-1 - .5) = .5 and .25 + 2.25 + 2.25 = 4.75, on top of 10 and 20.
TYPED_TEST(moments_of, three_numbers_by_hand_add_to_what_was_there) {
  double deviation = 10;
  double squared = 20;
  add_moments<TypeParam>(std::vector<TypeParam>{1, 2, -1}, 0.5, deviation, squared);
  EXPECT_EQ(deviation, 10.5);
  EXPECT_EQ(squared, 24.75);
}

// A variance of 1e-6 beside a mean of 1 keeps its digits: each deviation is exact.
TYPED_TEST(moments_of, about_a_near_pivot_do_not_cancel) {
  const TypeParam step = TypeParam{1} / 1024;
  std::vector<TypeParam> x(1000, 1 + step);
  std::fill_n(x.begin(), 500, 1 - step);
  const Moments m = fast(x, 1.0);
  EXPECT_EQ(m.deviation, 0);
  EXPECT_EQ(m.squared / 1000, static_cast<double>(step) * static_cast<double>(step));
}

TYPED_TEST(moments_of, show_what_is_not_a_number) {
  for (const std::size_t n : {std::size_t{1}, std::size_t{16}, std::size_t{35}}) {
    std::vector<TypeParam> x(n, TypeParam{1});
    x.back() = std::numeric_limits<TypeParam>::quiet_NaN();
    EXPECT_TRUE(std::isnan(fast(x, 0).deviation));
    EXPECT_TRUE(std::isnan(fast(x, 0).squared));
  }
}

}  // namespace
}  // namespace plumb::math
