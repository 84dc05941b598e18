// exp of a negative number together with expm1 of its reduced argument, from which sigmoid, tanh
// and their derivatives follow without cancellation.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_EXP_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_EXP_INL_HPP
#undef PLUMB_MATH_SIMD_EXP_INL_HPP
#else
#define PLUMB_MATH_SIMD_EXP_INL_HPP
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

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

/// exp(x) = scale * (1 + p): scale = 2^k, p = expm1(x - k ln 2), |p| < .42.
template <class T>
struct NegativeExp {
  Vector<T> p;
  Vector<T> scale;
  Vector<T> e;       // exp(x), down to denormal numbers
  Vector<T> four_e;  // 4 exp(x), which may be one where exp(x) is zero already
  // exp(x) = part * rest, both normal: (f * part) * rest is f exp(x), rounded once where it is
  // small.
  Vector<T> part;
  Vector<T> rest;
};

template <class T>
HWY_INLINE Vector<T> times_exp(Vector<T> factor, const NegativeExp<T>& exp) {
  return hn::Mul(hn::Mul(factor, exp.part), exp.rest);
}

/// expm1(r) = r + r^2 (1/2! + r (1/3! + ...)): Taylor's series, as the arguments are small. Terms
/// are paired before they are summed, which halves the wait for the chain of additions.
template <class T>
HWY_INLINE Vector<T> expm1_series(Vector<T> r) {
  using C = ExpConstants<T>;
  const Tag<T> d;
  const auto r2 = hn::Mul(r, r);
  const auto pair = [&](std::size_t i) HWY_ATTR {
    return hn::MulAdd(r, hn::Set(d, C::kInverseFactorials[i + 1]),
                      hn::Set(d, C::kInverseFactorials[i]));
  };
  auto q = pair(C::kTerms - 2);
  HWY_UNROLL(8)
  for (std::size_t i = C::kTerms - 2; i > 0; i -= 2) q = hn::MulAdd(q, r2, pair(i - 2));
  return hn::MulAdd(q, r2, r);
}

/// x = k ln 2 + r.
template <class T>
struct ReducedArgument {
  Vector<T> r;
  Vector<T> k_in_low_bits;  // of a number around 1.5 * 2^(mantissa bits)
};

template <class T>
HWY_INLINE ReducedArgument<T> reduced(Vector<T> x) {
  using C = ExpConstants<T>;
  const Tag<T> d;
  // Adding 1.5 * 2^(mantissa bits) rounds to an integer.
  const auto magic = hn::Set(d, C::kRoundingMagic);
  const auto shifted = hn::MulAdd(x, hn::Set(d, C::kLog2E), magic);
  const auto k = hn::Sub(shifted, magic);
  const auto high = hn::NegMulAdd(k, hn::Set(d, C::kLn2High), x);
  return {hn::NegMulAdd(k, hn::Set(d, C::kLn2Low), high), shifted};
}

/// For results that are normal numbers: a shift adds k to the exponent.
template <class T>
HWY_INLINE NegativeExp<T> negative_exp_normal(Vector<T> x) {
  using C = ExpConstants<T>;
  const Tag<T> d;
  const hn::RebindToSigned<Tag<T>> di;
  const auto [r, k] = reduced<T>(x);
  const auto exponent = hn::ShiftLeft<C::kMantissaBits>(hn::BitCast(di, k));
  const auto scaled = [&](Vector<T> v) HWY_ATTR {
    return hn::BitCast(d, hn::Add(hn::BitCast(di, v), exponent));
  };
  const auto one = hn::Set(d, T{1});
  const auto p = expm1_series<T>(r);
  const auto e = scaled(hn::Add(p, one));
  return {p, scaled(one), e, hn::Mul(e, hn::Set(d, T{4})), e, one};
}

/// For results that are denormal, zero or not a number: 2^k is applied in two halves.
template <class T>
HWY_INLINE NegativeExp<T> negative_exp_small(Vector<T> x) {
  using C = ExpConstants<T>;
  const Tag<T> d;
  const hn::RebindToSigned<Tag<T>> di;
  const auto lowest = hn::Set(d, C::kLowest);
  // Keeps NaN, and its k, whatever it is, does no harm.
  const auto [r, shifted] = reduced<T>(hn::IfThenElse(hn::Lt(x, lowest), lowest, x));
  const auto magic = hn::BitCast(di, hn::Set(d, C::kRoundingMagic));
  const auto k = hn::Sub(hn::BitCast(di, shifted), magic);
  const auto half_k = hn::ShiftRight<1>(k);
  const auto bias = hn::Set(di, C::kExponentBias);
  const auto first = hn::BitCast(d, hn::ShiftLeft<C::kMantissaBits>(hn::Add(half_k, bias)));
  const auto second =
      hn::BitCast(d, hn::ShiftLeft<C::kMantissaBits>(hn::Add(hn::Sub(k, half_k), bias)));
  const auto p = expm1_series<T>(r);
  const auto part = hn::Mul(hn::Add(p, hn::Set(d, T{1})), first);
  return {p,
          hn::Mul(first, second),
          hn::Mul(part, second),
          hn::Mul(hn::Mul(part, hn::Set(d, T{4})), second),
          part,
          second};
}

/// x <= 0 or not a number (which stays so).
template <class T>
HWY_INLINE NegativeExp<T> negative_exp(Vector<T> x) {
  const Tag<T> d;
  const auto normal = hn::Gt(x, hn::Set(d, ExpConstants<T>::kLowestNormal));
  if (HWY_LIKELY(hn::AllTrue(d, normal))) return negative_exp_normal<T>(x);
  return negative_exp_small<T>(x);
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
