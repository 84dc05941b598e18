// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/formats/number_format.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/formats/number_format.hpp"
#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

using FloatVector = Vector<float>;
using BitsTag = hn::RebindToUnsigned<Tag<float>>;
using BitsVector = hn::Vec<BitsTag>;

/// Drops the last kDropped bits, rounding to nearest, ties to even. A carry runs into the exponent
/// as it should, from the largest number to infinity too. For numbers, not for NaN.
template <int kDropped>
HWY_INLINE BitsVector rounded_bits(BitsVector bits) {
  const BitsTag d;
  constexpr std::uint32_t kMask = (1U << kDropped) - 1;
  const auto odd = hn::And(hn::ShiftRight<kDropped>(bits), hn::Set(d, 1U));
  const auto carried = hn::Add(bits, hn::Add(odd, hn::Set(d, kMask >> 1)));
  return hn::AndNot(hn::Set(d, kMask), carried);
}

/// The quiet NaN with what the format keeps of x's payload.
template <int kDropped>
HWY_INLINE FloatVector quieted(FloatVector x) {
  const BitsTag d;
  constexpr std::uint32_t kQuiet = 0x00400000U;
  constexpr std::uint32_t kKept = ~((1U << kDropped) - 1);
  const auto bits = hn::Or(hn::BitCast(d, x), hn::Set(d, kQuiet));
  return hn::BitCast(Tag<float>(), hn::And(bits, hn::Set(d, kKept)));
}

/// bfloat16 has float's exponents, subnormals included, so the bits say it all.
struct ToBFloat16 {
  HWY_INLINE FloatVector operator()(FloatVector x) const {
    const Tag<float> d;
    const auto bits = rounded_bits<16>(hn::BitCast(BitsTag(), x));
    return hn::IfThenElse(hn::IsNaN(x), quieted<16>(x), hn::BitCast(d, bits));
  }
};

/// Highway's own conversion truncates where the CPU has none (SSSE3), so this is in arithmetic that
/// every target has. Below the smallest normal number, 2^-14, the spacing is 2^-24, which is also
/// that of floats in [1/2, 1): adding 1/2 rounds to it.
struct ToFloat16 {
  HWY_INLINE FloatVector operator()(FloatVector x) const {
    const Tag<float> d;
    const auto size = hn::Abs(x);
    const auto half = hn::Set(d, 0.5F);
    const auto subnormal = hn::Sub(hn::Add(size, half), half);
    const auto normal = hn::BitCast(d, rounded_bits<13>(hn::BitCast(BitsTag(), size)));
    const auto infinity = hn::Set(d, std::numeric_limits<float>::infinity());
    const auto bounded = hn::IfThenElse(hn::Lt(normal, hn::Set(d, 0x1p16F)), normal, infinity);
    const auto rounded = hn::IfThenElse(hn::Lt(size, hn::Set(d, 0x1p-14F)), subnormal, bounded);
    return hn::IfThenElse(hn::IsNaN(x), quieted<13>(x), hn::CopySign(rounded, x));
  }
};

template <class Rounding>
void round_all(std::span<float> values) {
  const Tag<float> d;
  const Rounding rounding;
  const auto round_group = [&](float* p) HWY_ATTR {
    for (std::size_t v = 0; v < kGroup; v += kLanes<float>) {
      hn::StoreU(rounding(hn::LoadU(d, p + v)), d, p + v);
    }
  };
  const std::size_t rest =
      for_each_group(values.size(), [&](std::size_t i) HWY_ATTR { round_group(&values[i]); });
  if (rest == values.size()) return;
  Padded<float> tail(&values[rest], values.size() - rest);
  round_group(tail.values);
  tail.store(&values[rest], values.size() - rest);
}

void round_to_bfloat16(std::span<float> values) { round_all<ToBFloat16>(values); }
void round_to_float16(std::span<float> values) { round_all<ToFloat16>(values); }

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(round_to_bfloat16);
HWY_EXPORT(round_to_float16);

void round_to(NumberFormat format, std::span<float> values) noexcept {
  switch (format) {
    case NumberFormat::Float32:
      return;
    case NumberFormat::BFloat16:
      return HWY_DYNAMIC_DISPATCH(round_to_bfloat16)(values);
    case NumberFormat::Float16:
      return HWY_DYNAMIC_DISPATCH(round_to_float16)(values);
  }
}

}  // namespace plumb::math
#endif
