// float16, IEEE 754 binary16. From AVX2 on, Highway's conversions are the CPU's (F16C), which round
// as asked for in the instruction: to nearest even, whatever the floating-point environment says.
// Below, Highway's own truncate, so there it is done in arithmetic.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_FLOAT16_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_FLOAT16_INL_HPP
#undef PLUMB_MATH_SIMD_FLOAT16_INL_HPP
#else
#define PLUMB_MATH_SIMD_FLOAT16_INL_HPP
#endif

#include "math/formats/simd_rounding-inl.hpp"

#undef PLUMB_HAS_FLOAT16
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)
#define PLUMB_HAS_FLOAT16 1
#else
#define PLUMB_HAS_FLOAT16 0
#endif

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

#if PLUMB_HAS_FLOAT16

struct Float16 {
  using Half = hn::Rebind<hwy::float16_t, Tag<float>>;
  static HWY_INLINE Vector<float> round(Vector<float> x) { return decode(encode(x)); }
  static HWY_INLINE CodeVector encode(Vector<float> x) {
    return hn::BitCast(Codes(), hn::DemoteTo(Half(), x));
  }
  static HWY_INLINE Vector<float> decode(CodeVector code) {
    return hn::PromoteTo(Tag<float>(), hn::BitCast(Half(), code));
  }
};

#else

/// Subnormal numbers of float16 are multiples of 2^-24, which is also the spacing of floats in
/// [1/2, 1): adding 1/2 rounds to them, and leaves their code in the last bits of the sum.
struct Float16 {
  static HWY_INLINE Vector<float> round(Vector<float> x) { return number_of(code_of(x)); }
  static HWY_INLINE CodeVector encode(Vector<float> x) {
    return hn::TruncateTo(Codes(), code_of(x));
  }
  static HWY_INLINE Vector<float> decode(CodeVector code) {
    return number_of(hn::PromoteTo(Words(), code));
  }

 private:
  static constexpr std::uint32_t kInfinity = 0x7C00;
  static constexpr std::uint32_t kFirstNormal = 0x0400;  // stands for 2^-14
  static constexpr std::uint32_t kHalf = 0x3F000000;     // the float 1/2
  static constexpr int kDropped = 23 - 10;
  static constexpr std::uint32_t kBias = std::uint32_t{127 - 15} << 10;

  static HWY_INLINE WordVector code_of(Vector<float> x) {
    const Words d;
    const Tag<float> df;
    const auto size = hn::Abs(x);
    const auto size_bits = hn::BitCast(d, size);
    const auto shifted = hn::BitCast(d, hn::Add(size, hn::Set(df, 0.5F)));
    const auto subnormal = hn::Sub(shifted, hn::Set(d, kHalf));
    const auto kept = hn::ShiftRight<kDropped>(carry_to_even<kDropped>(size_bits));
    const auto bounded = hn::Min(hn::Sub(kept, hn::Set(d, kBias)), hn::Set(d, kInfinity));
    const auto is_subnormal = hn::RebindMask(d, hn::Lt(size, hn::Set(df, 0x1p-14F)));
    const auto payload = hn::And(hn::ShiftRight<kDropped>(size_bits), hn::Set(d, 0x03FFU));
    const auto quiet = hn::Or(payload, hn::Set(d, 0x7E00U));
    const auto code = hn::IfThenElse(hn::RebindMask(d, hn::IsNaN(x)), quiet,
                                     hn::IfThenElse(is_subnormal, subnormal, bounded));
    const auto sign = hn::And(hn::ShiftRight<16>(hn::BitCast(d, x)), hn::Set(d, 0x8000U));
    return hn::Or(sign, code);
  }

  static HWY_INLINE Vector<float> number_of(WordVector bits) {
    const Words d;
    const Tag<float> df;
    const auto code = hn::And(bits, hn::Set(d, 0x7FFFU));
    const auto half = hn::BitCast(df, hn::Set(d, kHalf));
    const auto subnormal = hn::Sub(hn::BitCast(df, hn::Add(code, hn::Set(d, kHalf))), half);
    const auto normal = hn::ShiftLeft<kDropped>(hn::Add(code, hn::Set(d, kBias)));
    // Infinity and NaN have all exponent bits set, in float too.
    const auto unbounded = hn::Or(normal, hn::Set(d, 0x7F800000U));
    const auto is_unbounded = hn::Gt(code, hn::Set(d, kInfinity - 1));
    const auto is_normal = hn::Gt(code, hn::Set(d, kFirstNormal - 1));
    const auto size = hn::IfThenElse(is_normal, hn::IfThenElse(is_unbounded, unbounded, normal),
                                     hn::BitCast(d, subnormal));
    const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(d, 0x8000U)));
    return hn::BitCast(df, hn::Or(sign, size));
  }
};

#endif

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
