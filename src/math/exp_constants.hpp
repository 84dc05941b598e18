// Numbers for exp of a negative argument in float and double.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace plumb::math {

/// 1/2!, 1/3!, ...
template <class T, std::size_t N>
constexpr std::array<T, N> inverse_factorials() {
  std::array<T, N> result{};
  long double factorial = 1;
  for (std::size_t i = 0; i < N; ++i) {
    factorial *= static_cast<long double>(i + 2);
    result[i] = static_cast<T>(1 / factorial);
  }
  return result;
}

template <class T>
struct ExpConstants;

// The reduced argument lies within ln 2 / 2 = .347. The first term left out of expm1, relative to
// the argument, is .347^(terms + 1) / (terms + 2)!: 1.5e-8 in float and 1.2e-17 in double, below
// half a unit in the last place of the sum.
// ln 2 is split so that k times its high part is exact for every exponent k.
template <>
struct ExpConstants<float> {
  static constexpr std::size_t kTerms = 6;
  static constexpr auto kInverseFactorials = inverse_factorials<float, kTerms>();
  static constexpr float kLog2E = 0x1.715476p+0F;
  static constexpr float kLn2High = 0x1.63p-1F;
  static constexpr float kLn2Low = -0x1.bd0106p-13F;
  static constexpr float kRoundingMagic = 0x1.8p23F;
  static constexpr float kLowestNormal = -86.0F;  // exp is a normal number, with room for rounding
  static constexpr float kLowest = -120.0F;       // 120 exp is zero
  static constexpr std::int32_t kExponentBias = 127;
  static constexpr int kMantissaBits = 23;
};

template <>
struct ExpConstants<double> {
  static constexpr std::size_t kTerms = 12;
  static constexpr auto kInverseFactorials = inverse_factorials<double, kTerms>();
  static constexpr double kLog2E = 0x1.71547652b82fep+0;
  static constexpr double kLn2High = 0x1.62e42fefa4p-1;
  static constexpr double kLn2Low = -0x1.8432a1b0e2634p-43;
  static constexpr double kRoundingMagic = 0x1.8p52;
  static constexpr double kLowestNormal = -707.0;
  static constexpr double kLowest = -760.0;
  static constexpr std::int64_t kExponentBias = 1023;
  static constexpr int kMantissaBits = 52;
};

}  // namespace plumb::math
