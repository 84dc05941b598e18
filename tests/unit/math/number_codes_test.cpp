#include "math/formats/number_format.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "math_testing.hpp"

namespace plumb::math {
namespace {

using Codes = std::vector<std::uint16_t>;

constexpr NumberFormat kNarrow[] = {NumberFormat::BFloat16, NumberFormat::Float16};
constexpr std::uint32_t kCodes = 0x10000;

std::uint32_t infinity_of(NumberFormat format) {
  return format == NumberFormat::BFloat16 ? 0x7F80 : 0x7C00;
}
std::uint32_t quiet_bit_of(NumberFormat format) {
  return format == NumberFormat::BFloat16 ? 0x0040 : 0x0200;
}
bool is_nan(NumberFormat format, std::uint32_t code) {
  return (code & 0x7FFF) > infinity_of(format);
}

using testing::on_every_instruction_set;

Codes encoded(NumberFormat format, const std::vector<float>& values) {
  Codes codes(values.size());
  encode(format, values, codes.data());
  return codes;
}

Codes plainly_encoded(NumberFormat format, const std::vector<float>& values) {
  Codes codes;
  for (const float x : values) codes.push_back(reference::encoded(format, x));
  return codes;
}

std::vector<float> decoded(NumberFormat format, const Codes& codes) {
  std::vector<float> values(codes.size());
  decode(format, codes.data(), values);
  return values;
}

Codes all_codes() {
  Codes codes(kCodes);
  for (std::uint32_t c = 0; c < kCodes; ++c) codes[c] = static_cast<std::uint16_t>(c);
  return codes;
}

/// The number a positive code stands for, by the definition of IEEE 754, section 3.4; for the code
/// of infinity the number after the largest, had the format one more exponent.
double value_of(NumberFormat format, std::uint32_t code) {
  const int fraction_bits = format == NumberFormat::BFloat16 ? 7 : 10;
  const int bias = format == NumberFormat::BFloat16 ? 127 : 15;
  const auto exponent = static_cast<int>(code >> fraction_bits);
  const std::uint32_t hidden = exponent > 0 ? 1U << fraction_bits : 0U;
  const std::uint32_t fraction = (code & ((1U << fraction_bits) - 1)) | hidden;
  return std::ldexp(fraction, std::max(exponent, 1) - bias - fraction_bits);
}

struct Cases {
  std::vector<float> given;
  Codes expected;

  void add(double x, std::uint32_t code) { add(static_cast<float>(x), code); }
  void add(float x, std::uint32_t code) {
    given.insert(given.end(), {x, -x});
    expected.push_back(static_cast<std::uint16_t>(code));
    expected.push_back(static_cast<std::uint16_t>(code | 0x8000));
  }
};

/// Each number of the format, and between each and the next the midpoint, which goes to the even
/// one (the last: to infinity), and its two neighbours among floats. All are exact in float.
Cases all_cases(NumberFormat format) {
  Cases cases;
  for (std::uint32_t c = 0; c < infinity_of(format); ++c) {
    const double lower = value_of(format, c);
    const auto middle = static_cast<float>((lower + value_of(format, c + 1)) / 2);
    cases.add(lower, c);
    cases.add(std::nextafter(middle, 0.0F), c);
    cases.add(middle, c + c % 2);
    cases.add(std::nextafter(middle, HUGE_VALF), c + 1);
  }
  cases.add(HUGE_VALF, infinity_of(format));
  cases.add(std::numeric_limits<float>::max(), infinity_of(format));
  cases.add(std::numeric_limits<float>::denorm_min(), 0);
  return cases;
}

/// Random bits, and among them a share of each kind of number that a format treats differently.
std::vector<float> all_kinds(std::size_t count, std::uint64_t seed) {
  core::RandomStream random(seed, core::Purpose::Weights, 0);
  constexpr std::uint32_t exponents[] = {0, 1, 87, 102, 103, 112, 113, 127, 142, 143, 254, 255};
  std::vector<float> values(count);
  for (float& x : values) {
    const std::uint32_t any = random.next_u32();
    const std::uint32_t exponent = exponents[random.below(std::size(exponents))];
    x = std::bit_cast<float>(random.below(2) == 0 ? any : (any & 0x807FFFFF) | exponent << 23);
  }
  return values;
}

TEST(number_codes, every_code_survives_decoding_and_encoding) {
  for (const NumberFormat format : kNarrow) {
    on_every_instruction_set([&] {
      const Codes found = encoded(format, decoded(format, all_codes()));
      for (std::uint32_t c = 0; c < kCodes; ++c) {
        ASSERT_EQ(found[c], is_nan(format, c) ? c | quiet_bit_of(format) : c);
      }
    });
  }
}

TEST(number_codes, every_code_decodes_to_the_number_it_stands_for) {
  for (const NumberFormat format : kNarrow) {
    on_every_instruction_set([&] {
      const std::vector<float> found = decoded(format, all_codes());
      for (std::uint32_t c = 0; c < kCodes; ++c) {
        const float plain = reference::decoded(format, static_cast<std::uint16_t>(c));
        ASSERT_EQ(std::signbit(found[c]), c >= 0x8000);
        ASSERT_EQ(std::signbit(plain), c >= 0x8000);
        if (is_nan(format, c)) {
          ASSERT_TRUE(std::isnan(found[c]) && std::isnan(plain)) << c;
          continue;
        }
        const std::uint32_t size = c & 0x7FFF;
        const double expected = size == infinity_of(format) ? HUGE_VAL : value_of(format, size);
        ASSERT_EQ(std::abs(double{found[c]}), expected) << c;
        ASSERT_EQ(std::abs(double{plain}), expected) << c;
      }
    });
  }
}

TEST(number_codes, every_number_midpoint_and_neighbour_gets_its_nearest_even_code) {
  for (const NumberFormat format : kNarrow) {
    const Cases cases = all_cases(format);
    ASSERT_EQ(cases.given.size(), 8 * infinity_of(format) + 6);
    EXPECT_EQ(plainly_encoded(format, cases.given), cases.expected);
    on_every_instruction_set([&] { EXPECT_EQ(encoded(format, cases.given), cases.expected); });
  }
}

TEST(number_codes, encode_equals_its_reference_on_random_bits_of_all_kinds) {
  const std::vector<float> values = all_kinds(1 << 17, 1);
  for (const NumberFormat format : kNarrow) {
    const Codes expected = plainly_encoded(format, values);
    on_every_instruction_set([&] { EXPECT_EQ(encoded(format, values), expected); });
  }
}

TEST(number_codes, float16_knows_its_limits) {
  const std::vector<float> values = {65504, 65519, 65520,    -65520,          0x1p-24F,
                                     -0.0F, 0.0F,  0x1p-25F, 0x1.000002p-25F, -HUGE_VALF};
  const Codes expected = {0x7BFF, 0x7BFF, 0x7C00, 0xFC00, 0x0001,
                          0x8000, 0x0000, 0x0000, 0x0001, 0xFC00};
  EXPECT_EQ(plainly_encoded(NumberFormat::Float16, values), expected);
  on_every_instruction_set([&] { EXPECT_EQ(encoded(NumberFormat::Float16, values), expected); });
}

TEST(number_codes, nan_stays_one_whatever_its_payload) {
  std::vector<float> values = {std::bit_cast<float>(0x7FFFFFFFU)};  // a carry would make it -0
  for (int bit = 0; bit < 23; ++bit) {
    for (const std::uint32_t sign : {0U, 0x80000000U}) {
      values.push_back(std::bit_cast<float>(sign | 0x7F800000U | 1U << bit));
    }
  }
  for (const NumberFormat format : kNarrow) {
    const Codes expected = plainly_encoded(format, values);
    for (const std::uint16_t code : expected) {
      EXPECT_TRUE(is_nan(format, code));
      EXPECT_NE(code & quiet_bit_of(format), 0U);
    }
    on_every_instruction_set([&] { EXPECT_EQ(encoded(format, values), expected); });
  }
}

/// Every length up to some vectors, at every place within one, with guards before and behind.
TEST(number_codes, encode_writes_its_own_codes_only) {
  constexpr std::uint16_t guard = 0xA5A5;
  for (std::size_t n = 0; n <= 200; ++n) {
    const std::size_t shift = 1 + n % 17;
    const std::vector<float> values = all_kinds(shift + n, n);
    const std::span<const float> given = std::span(values).subspan(shift);
    for (const NumberFormat format : kNarrow) {
      Codes expected(shift + n + 40, guard);
      for (std::size_t i = 0; i < n; ++i) {
        expected[shift + i] = reference::encoded(format, given[i]);
      }
      on_every_instruction_set([&] {
        Codes codes(expected.size(), guard);
        encode(format, given, codes.data() + shift);
        ASSERT_EQ(codes, expected) << n;
      });
    }
  }
}

TEST(number_codes, decode_writes_its_own_numbers_only) {
  constexpr float guard = -12345.5F;
  for (std::size_t n = 0; n <= 200; ++n) {
    const std::size_t shift = 1 + n % 17;
    Codes codes(shift + n);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      codes[i] = static_cast<std::uint16_t>((n + i) * 97 % 0x7C00);  // numbers in both formats
    }
    for (const NumberFormat format : kNarrow) {
      std::vector<float> expected(shift + n + 40, guard);
      for (std::size_t i = 0; i < n; ++i) {
        expected[shift + i] = reference::decoded(format, codes[shift + i]);
      }
      on_every_instruction_set([&] {
        std::vector<float> values(expected.size(), guard);
        decode(format, codes.data() + shift, std::span(values).subspan(shift, n));
        ASSERT_EQ(values, expected) << n;
      });
    }
  }
}

/// The study of roundings and the wire shall speak of the same formats.
TEST(number_codes, decoding_what_was_encoded_rounds_as_round_to_does) {
  const std::vector<float> values = all_kinds(1 << 16, 2);
  for (const NumberFormat format : kNarrow) {
    on_every_instruction_set([&] {
      std::vector<float> rounded = values;
      round_to(format, rounded);
      const std::vector<float> found = decoded(format, encoded(format, values));
      for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(found[i]), std::bit_cast<std::uint32_t>(rounded[i]))
            << values[i];
      }
    });
  }
}

TEST(number_codes, narrow_ones_halve_the_bytes) {
  EXPECT_EQ(bytes_of(NumberFormat::Float32), 4U);
  EXPECT_EQ(bytes_of(NumberFormat::BFloat16), 2U);
  EXPECT_EQ(bytes_of(NumberFormat::Float16), 2U);
}

}  // namespace
}  // namespace plumb::math
