// erfc(x) exp(x^2) for x >= 0, and z^2 to more digits than a number has: together they give the
// normal distribution function and erf with full relative accuracy in the tails. Per-target header
// (see Highway's foreach_target.h): no #pragma once; the part that does not depend on the
// instruction set is read once.
#ifndef PLUMB_MATH_SIMD_ERFC_HPP
#define PLUMB_MATH_SIMD_ERFC_HPP

#include <array>
#include <cstdint>

namespace plumb::math {

/// (1 + 2 x) exp(x^2) erfc(x) is nearly constant; in t = (x - 3) / (x + 3) it is smooth on [-1, 1]
/// (Shepherd and Laframboise 1981). These are its Chebyshev expansions there, cut off at a relative
/// error of 6e-8 (half a float epsilon) and 6e-17, as polynomials in t, lowest power first.
template <class T>
struct ErfcConstants;

template <>
struct ErfcConstants<float> {
  static constexpr std::array kScaled{0x1.40c52200p+0F,   -0x1.15c08000p-3F,  -0x1.85a15c00p-5F,
                                      0x1.0982da00p-3F,   -0x1.e88b8800p-4F,  0x1.17d31e00p-4F,
                                      -0x1.85740200p-6F,  0x1.47907200p-9F,   0x1.eef51c00p-10F,
                                      -0x1.7cdef600p-11F, -0x1.b4c18000p-14F, 0x1.44433e00p-14F,
                                      0x1.032a1000p-18F};
  static constexpr std::uint32_t kLowHalf = 0xfff;  // of the mantissa
};

template <>
struct ErfcConstants<double> {
  static constexpr std::array kScaled{
      0x1.40c522d7e4987p+0,  -0x1.15c084bb9e8f3p-3,  -0x1.85a15c58aa4f5p-5,  0x1.098366a5b4701p-3,
      -0x1.e88b803a4a886p-4, 0x1.17ca2877eff8dp-4,   -0x1.8574c40b69aedp-6,  0x1.4b884e464db45p-9,
      0x1.ef1bdd0e51f3cp-10, -0x1.98db5167b1274p-11, -0x1.b91263978a4f7p-14, 0x1.065a3f8b3f6d4p-13,
      0x1.4c228bb5b3ed1p-18, -0x1.513c77c567af6p-16, -0x1.885c269aa0dd5p-21, 0x1.d22446ec3c410p-19,
      0x1.7dfe749c16ad5p-22, -0x1.4b8d815b6736bp-21, -0x1.2dab0a55d1d88p-23, 0x1.b9738f3fa32a0p-24,
      0x1.60baa327d6570p-25, -0x1.dde3819f13514p-27, -0x1.1a57705b9c01cp-27, 0x1.4aa0d220576b0p-30,
      0x1.cd6a3c76c9008p-31, -0x1.30d44abf7f61fp-35};
  static constexpr std::uint64_t kLowHalf = 0x7ffffff;
};

}  // namespace plumb::math

#endif  // read once

#if defined(PLUMB_MATH_SIMD_ERFC_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_ERFC_INL_HPP
#undef PLUMB_MATH_SIMD_ERFC_INL_HPP
#else
#define PLUMB_MATH_SIMD_ERFC_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// exp(x^2) erfc(x), x >= 0 or NaN.
template <class T>
HWY_INLINE Vector<T> scaled_erfc(Vector<T> x) {
  const Tag<T> d;
  constexpr auto& kScaled = ErfcConstants<T>::kScaled;
  const auto three = hn::Set(d, T{3});
  const auto t = hn::Div(hn::Sub(x, three), hn::Add(x, three));
  auto sum = hn::Set(d, kScaled.back());
  for (std::size_t i = kScaled.size() - 1; i-- > 0;) {
    sum = hn::MulAdd(sum, t, hn::Set(d, kScaled[i]));
  }
  return hn::Div(sum, hn::Add(hn::Set(d, T{1}), hn::Add(x, x)));
}

/// x^2 = high + low, exactly but for underflow.
template <class T>
struct ExactSquare {
  Vector<T> high;
  Vector<T> low;
};

/// Dekker's product, since not every instruction set has a fused multiply-add: x = a + b with half
/// the mantissa each, and a^2, 2 a b and b^2 are exact.
template <class T>
HWY_INLINE ExactSquare<T> exact_square(Vector<T> x) {
  const Tag<T> d;
  const hn::RebindToUnsigned<Tag<T>> du;
  const auto low_half = hn::BitCast(d, hn::Set(du, ErfcConstants<T>::kLowHalf));
  const auto a = hn::AndNot(low_half, x);
  const auto b = hn::Sub(x, a);
  const auto high = hn::Mul(x, x);
  const auto ab = hn::Mul(a, b);
  const auto low = hn::Add(hn::Add(hn::Sub(hn::Mul(a, a), high), hn::Add(ab, ab)), hn::Mul(b, b));
  return {high, low};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
