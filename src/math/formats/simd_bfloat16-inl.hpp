// bfloat16: the upper half of a float, subnormal numbers included. The CPU's own conversion is no
// help: it takes subnormal numbers for zero.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_BFLOAT16_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_BFLOAT16_INL_HPP
#undef PLUMB_MATH_SIMD_BFLOAT16_INL_HPP
#else
#define PLUMB_MATH_SIMD_BFLOAT16_INL_HPP
#endif

#include "math/formats/simd_rounding-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

struct BFloat16 {
  static HWY_INLINE Vector<float> round(Vector<float> x) {
    const Words d;
    return hn::BitCast(Tag<float>(), hn::AndNot(hn::Set(d, 0xFFFFU), carried(x)));
  }
  static HWY_INLINE CodeVector encode(Vector<float> x) {
    return hn::TruncateTo(Codes(), hn::ShiftRight<16>(carried(x)));
  }
  static HWY_INLINE Vector<float> decode(CodeVector code) {
    return hn::BitCast(Tag<float>(), hn::ShiftLeft<16>(hn::PromoteTo(Words(), code)));
  }

 private:
  /// The code in the upper half; the lower half is to be dropped.
  static HWY_INLINE WordVector carried(Vector<float> x) {
    const Words d;
    const auto bits = hn::BitCast(d, x);
    const auto quiet = hn::Or(bits, hn::Set(d, 0x00400000U));
    const auto is_nan = hn::RebindMask(d, hn::IsNaN(x));
    return hn::IfThenElse(is_nan, quiet, carry_to_even<16>(bits));
  }
};

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
