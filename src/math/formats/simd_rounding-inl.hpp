// What reduced-precision formats share: vectors of floats, of their bits and of codes.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_ROUNDING_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_ROUNDING_INL_HPP
#undef PLUMB_MATH_SIMD_ROUNDING_INL_HPP
#else
#define PLUMB_MATH_SIMD_ROUNDING_INL_HPP
#endif

#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

using Words = hn::RebindToUnsigned<Tag<float>>;
using WordVector = hn::Vec<Words>;
using Codes = hn::Rebind<std::uint16_t, Tag<float>>;
using CodeVector = hn::Vec<Codes>;

/// Rounds to a multiple of 2^kDropped, ties to even, once the last kDropped bits are dropped. A
/// carry runs into the exponent as it should, from the largest number to infinity too. For numbers,
/// not for NaN.
template <int kDropped>
HWY_INLINE WordVector carry_to_even(WordVector bits) {
  const Words d;
  const auto odd = hn::And(hn::ShiftRight<kDropped>(bits), hn::Set(d, 1U));
  const auto below_half = hn::Set(d, (1U << (kDropped - 1)) - 1);
  return hn::Add(bits, hn::Add(odd, below_half));
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
