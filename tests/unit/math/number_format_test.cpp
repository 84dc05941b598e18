#include "math/formats/number_format.hpp"

#include <algorithm>

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

struct Layout {
  NumberFormat format;
  int exponent_bits;
  int fraction_bits;

  [[nodiscard]] std::uint32_t infinity() const {
    return ((1U << exponent_bits) - 1) << fraction_bits;
  }
};

constexpr Layout kFloat16{NumberFormat::Float16, 5, 10};
constexpr Layout kBFloat16{NumberFormat::BFloat16, 8, 7};
constexpr Layout kLayouts[] = {kFloat16, kBFloat16};

/// The number a positive encoding stands for, by the definition of IEEE 754, section 3.4; for the
/// encoding of infinity the number after the largest, had the format one more exponent.
double decoded(const Layout& layout, std::uint32_t encoding) {
  const int bias = (1 << (layout.exponent_bits - 1)) - 1;
  const auto exponent = static_cast<int>(encoding >> layout.fraction_bits);
  const std::uint32_t hidden = exponent > 0 ? 1U << layout.fraction_bits : 0U;
  const std::uint32_t fraction = (encoding & ((1U << layout.fraction_bits) - 1)) | hidden;
  return std::ldexp(fraction, std::max(exponent, 1) - bias - layout.fraction_bits);
}

float value(const Layout& layout, std::uint32_t encoding) {
  if (encoding == layout.infinity()) return std::numeric_limits<float>::infinity();
  return static_cast<float>(decoded(layout, encoding));
}

struct Cases {
  std::vector<float> given;
  std::vector<float> expected;

  void add(float x, float rounded) {
    given.insert(given.end(), {x, -x});
    expected.insert(expected.end(), {rounded, -rounded});
  }
};

/// Each number of the format, and between each and the next the midpoint, which goes to the even
/// one, and its two neighbours among floats.
Cases all_cases(const Layout& layout) {
  Cases cases;
  for (std::uint32_t e = 0; e < layout.infinity(); ++e) {
    const float lower = value(layout, e);
    const float upper = value(layout, e + 1);
    // Exact in float: one bit more than the format has, and float has room for it, except below
    // bfloat16's smallest subnormals, which are 2^16 of float's.
    const auto middle = static_cast<float>((decoded(layout, e) + decoded(layout, e + 1)) / 2);
    cases.add(lower, lower);
    cases.add(middle, e % 2 == 0 ? lower : upper);
    cases.add(std::nextafter(middle, 0.0F), lower);
    cases.add(std::nextafter(middle, std::numeric_limits<float>::max()), upper);
    cases.add(std::nextafter(upper, 0.0F), upper);
    cases.add(std::nextafter(lower, std::numeric_limits<float>::max()), lower);
  }
  cases.add(std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity());
  return cases;
}

std::vector<float> rounded(NumberFormat format, std::vector<float> values) {
  round_to(format, values);
  return values;
}

std::vector<float> plainly_rounded(NumberFormat format, std::vector<float> values) {
  for (float& x : values) x = reference::rounded_to(format, x);
  return values;
}

TEST(round_to, gives_every_number_midpoint_and_neighbour_its_nearest_even_number) {
  for (const Layout& layout : kLayouts) {
    const Cases cases = all_cases(layout);
    ASSERT_EQ(cases.given.size(), 12 * layout.infinity() + 2);
    on_every_instruction_set(
        [&] { expect_same_bits(rounded(layout.format, cases.given), cases.expected); });
    expect_same_bits(plainly_rounded(layout.format, cases.given), cases.expected);
  }
}

TEST(round_to, equals_the_reference_on_random_bits_at_awkward_sizes) {
  for (const std::size_t n : kAwkwardSizes) {
    core::RandomStream random(n, core::Purpose::Weights, 2);
    std::vector<float> x(n);
    for (float& value : x) value = std::bit_cast<float>(random.below(0xFFFFFFFFU));
    for (const Layout& layout : kLayouts) {
      const std::vector<float> expected = plainly_rounded(layout.format, x);
      on_every_instruction_set([&] { expect_same_bits(rounded(layout.format, x), expected); });
    }
  }
}

TEST(round_to, keeps_every_not_a_number_one_of_the_format) {
  std::vector<float> x;
  for (int bit = 0; bit < 23; ++bit) {
    for (const std::uint32_t sign : {0U, 0x80000000U}) {
      x.push_back(std::bit_cast<float>(sign | 0x7F800000U | (1U << bit)));
    }
  }
  x.push_back(std::bit_cast<float>(0x7FFFFFFFU));  // a carry would make it -0
  for (const Layout& layout : kLayouts) {
    const std::uint32_t dropped = (1U << (23 - layout.fraction_bits)) - 1;
    on_every_instruction_set([&] {
      for (const float r : rounded(layout.format, x)) {
        EXPECT_TRUE(std::isnan(r));
        EXPECT_EQ(bits(r) & dropped, 0U);
      }
    });
  }
}

TEST(round_to, float16_loses_half_its_smallest_number_and_keeps_the_sign) {
  std::vector<float> x{0x1p-25F, -0x1p-25F, 0x1.000002p-25F, 0x1p-24F, 65519, 65520, -0.0F};
  round_to(NumberFormat::Float16, x);
  expect_same_bits(
      x, {0.0F, -0.0F, 0x1p-24F, 0x1p-24F, 65504, std::numeric_limits<float>::infinity(), -0.0F});
}

TEST(round_to, float32_leaves_all_bits_alone) {
  const auto x = extreme_values<float>(257, 4, true);
  const auto same = rounded(NumberFormat::Float32, x);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(bits(same[i]), bits(x[i]));
  EXPECT_EQ(reference::rounded_to(NumberFormat::Float32, 0x1.234568p-130F), 0x1.234568p-130F);
}

}  // namespace
}  // namespace plumb::math
