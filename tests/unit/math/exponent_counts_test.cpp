#include "math/formats/exponent_counts.hpp"

#include <numeric>

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class exponent_counts_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(exponent_counts_of, Numbers);

template <class T>
ExponentCounts fast(const std::vector<T>& x) {
  ExponentCounts counts{};
  count_exponents<T>(x, counts);
  return counts;
}
template <class T>
ExponentCounts plain(const std::vector<T>& x) {
  ExponentCounts counts{};
  reference::count_exponents<T>(x, counts);
  return counts;
}

std::uint64_t at(const ExponentCounts& counts, int exponent) {
  return counts[static_cast<std::size_t>(exponent - kLowestExponent)];
}

/// Any bits: subnormal, infinite and not a number among them.
template <class T>
std::vector<T> random_bits(std::size_t n) {
  core::RandomStream random(n, core::Purpose::Weights, 3);
  std::vector<T> x(n);
  for (T& value : x) {
    std::uint64_t word = random.below(0xFFFFFFFFU);
    if constexpr (sizeof(T) == 4) {
      value = std::bit_cast<float>(static_cast<std::uint32_t>(word));
    } else {
      word = word << 32U | random.below(0xFFFFFFFFU);
      // Every other one within the range of exponents that are told apart.
      value = std::ldexp(1 + std::ldexp(static_cast<double>(word), -64),
                         static_cast<int>(word % 300) - 160);
      if (word % 2 == 0) value = std::bit_cast<double>(word);
    }
  }
  return x;
}

TYPED_TEST(exponent_counts_of, equal_their_reference_at_awkward_sizes) {
  for (const std::size_t n : kAwkwardSizes) {
    SCOPED_TRACE(n);
    const auto ordinary = normals<TypeParam>(n, 1, 1e-3);
    const auto extreme = extreme_values<TypeParam>(n, 2, true);
    const auto any = random_bits<TypeParam>(n);
    on_every_instruction_set([&] {
      EXPECT_EQ(fast(ordinary), plain(ordinary));
      EXPECT_EQ(fast(extreme), plain(extreme));
      EXPECT_EQ(fast(any), plain(any));
    });
  }
}

// Of each binade the first and the last number, with both signs; for floats this walks through
// all subnormal binades, of which the lowest holds one number only.
TYPED_TEST(exponent_counts_of, count_both_ends_of_every_binade) {
  std::vector<TypeParam> x;
  for (int e = kLowestExponent + 1; e < kHighestExponent; ++e) {
    const auto first = static_cast<TypeParam>(std::ldexp(1.0, e));
    const auto next = e + 1 < kHighestExponent ? static_cast<TypeParam>(std::ldexp(1.0, e + 1))
                                               : std::numeric_limits<TypeParam>::infinity();
    const TypeParam last = sizeof(TypeParam) == 8 && e + 1 == kHighestExponent
                               ? static_cast<TypeParam>(std::nextafter(0x1p128, 0.0))
                               : std::nextafter(next, TypeParam{0});
    x.insert(x.end(), {first, -first, last, -last});
  }
  on_every_instruction_set([&] {
    const ExponentCounts counts = fast(x);
    EXPECT_EQ(at(counts, kLowestExponent), 0U);
    EXPECT_EQ(at(counts, kHighestExponent), 0U);
    for (int e = kLowestExponent + 1; e < kHighestExponent; ++e) EXPECT_EQ(at(counts, e), 4U) << e;
  });
}

TYPED_TEST(exponent_counts_of, count_zeros_first_and_what_is_not_finite_last) {
  using Limits = std::numeric_limits<TypeParam>;
  std::vector<TypeParam> x{0, -TypeParam{0}, Limits::infinity(), -Limits::infinity(),
                           Limits::quiet_NaN()};
  const ExponentCounts counts = fast(x);
  EXPECT_EQ(at(counts, kLowestExponent), 2U);
  EXPECT_EQ(at(counts, kHighestExponent), 3U);
}

TEST(exponent_counts, doubles_beyond_floats_exponents_go_to_the_ends) {
  const std::vector<double> x{std::nextafter(0x1p-149, 0.0), 0x1p-150, 5e-324, 0x1p128, 1e308};
  const ExponentCounts counts = fast(x);
  EXPECT_EQ(at(counts, kLowestExponent), 3U);
  EXPECT_EQ(at(counts, kHighestExponent), 2U);
}

TYPED_TEST(exponent_counts_of, add_to_what_was_counted_and_miss_no_repetition) {
  const std::vector<TypeParam> x(100003, TypeParam{1.5});
  ExponentCounts counts{};
  count_exponents<TypeParam>(x, counts);
  count_exponents<TypeParam>(std::vector<TypeParam>{-1, 4}, counts);
  EXPECT_EQ(at(counts, 0), 100004U);
  EXPECT_EQ(at(counts, 2), 1U);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 100005U);
}

}  // namespace
}  // namespace plumb::math
