#include "math/reductions.hpp"
#include "math/updates/sgd_update.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class gradient_sums_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(gradient_sums_of, Numbers);

template <class T>
UpdateSums fast(const std::vector<T>& g) {
  return gradient_sums<T>(std::span<const T>(g));
}

void expect_same_counts(const UpdateSums& actual, const UpdateSums& expected) {
  EXPECT_EQ(actual.gradient_max, expected.gradient_max);
  EXPECT_EQ(actual.zero, expected.zero);
  EXPECT_EQ(actual.nonfinite, expected.nonfinite);
}

template <class T>
std::vector<std::vector<T>> gradients(std::size_t n) {
  return {normals<T>(n, 1), extreme_values<T>(n, 2, false), extreme_values<T>(n, 3, true)};
}

TYPED_TEST(gradient_sums_of, equal_their_reference_at_awkward_sizes) {
  on_every_instruction_set([] {
    for (const std::size_t n : kAwkwardSizes) {
      SCOPED_TRACE(n);
      for (const auto& g : gradients<TypeParam>(n)) {
        const UpdateSums expected = reference::gradient_sums<TypeParam>(g);
        const UpdateSums sums = fast(g);
        expect_same_sum(sums.gradient, expected.gradient, n);
        expect_same_counts(sums, expected);
      }
    }
  });
}

TYPED_TEST(gradient_sums_of, have_the_bits_that_an_update_measures) {
  on_every_instruction_set([] {
    for (const std::size_t n : kAwkwardSizes) {
      SCOPED_TRACE(n);
      for (const auto& g : gradients<TypeParam>(n)) {
        std::vector<TypeParam> weights(n, TypeParam{1});
        const UpdateSums expected = sgd_update_measured<TypeParam>({TypeParam(0.1), 0, 0}, g,
                                                                   std::span<TypeParam>(), weights);
        const UpdateSums sums = fast(g);
        expect_same_bits(sums.gradient, expected.gradient);
        expect_same_counts(sums, expected);
      }
    }
  });
}

TYPED_TEST(gradient_sums_of, have_the_same_bits_on_every_instruction_set_and_thread) {
  const auto g = normals<TypeParam>(8209, 4);
  const UpdateSums here = fast(g);
  for (const UpdateSums& sums : on_three_threads([&] { return fast(g); })) {
    expect_same_bits(sums.gradient, here.gradient);
  }
  on_every_instruction_set([&] { expect_same_bits(fast(g).gradient, here.gradient); });
}

TYPED_TEST(gradient_sums_of, six_entries_by_hand_and_nothing_else) {
  using Limits = std::numeric_limits<TypeParam>;
  const UpdateSums finite = fast<TypeParam>({3, -4, 0, -TypeParam{0}});
  EXPECT_EQ(finite.gradient.norm(), 5);
  EXPECT_EQ(finite.gradient_max, 4);
  EXPECT_EQ(finite.zero, 2);
  EXPECT_EQ(finite.nonfinite, 0);
  EXPECT_EQ(finite.unchanged, 0);
  EXPECT_EQ(finite.weight_before.norm(), 0);
  EXPECT_EQ(finite.change.norm(), 0);
  const UpdateSums broken = fast<TypeParam>({3, -Limits::infinity(), Limits::quiet_NaN()});
  EXPECT_EQ(broken.gradient_max, 3);
  EXPECT_EQ(broken.nonfinite, 2);
}

}  // namespace
}  // namespace plumb::math
