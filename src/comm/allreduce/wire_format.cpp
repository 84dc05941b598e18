// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "comm/allreduce/wire_format.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "comm/allreduce/wire_format.hpp"

// From AVX2 on, Highway's conversions are the CPU's (F16C), which round as asked for in the
// instruction: to nearest even, whatever the floating-point environment says. Below, Highway's own
// truncate, so there it is done in arithmetic. The CPU's bfloat16 conversion is no help at all: it
// takes subnormal numbers for zero.
#undef PLUMB_HAS_FLOAT16
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)
#define PLUMB_HAS_FLOAT16 1
#else
#define PLUMB_HAS_FLOAT16 0
#endif

HWY_BEFORE_NAMESPACE();
namespace plumb::comm::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Words = hn::RebindToUnsigned<Floats>;
using NarrowWords = hn::Rebind<std::uint16_t, Floats>;
using FloatVector = hn::Vec<Floats>;
using WordVector = hn::Vec<Words>;
using NarrowVector = hn::Vec<NarrowWords>;

/// Drops the last kDropped bits, rounding to nearest, ties to even. A carry runs into the exponent
/// as it should, from the largest number to infinity too. For numbers, not for NaN.
template <int kDropped>
HWY_INLINE WordVector rounded_off(WordVector bits) {
  const Words d;
  const auto odd = hn::And(hn::ShiftRight<kDropped>(bits), hn::Set(d, 1U));
  const auto below_half = hn::Set(d, (1U << (kDropped - 1)) - 1);
  return hn::ShiftRight<kDropped>(hn::Add(bits, hn::Add(odd, below_half)));
}

/// bfloat16 is the upper half of a float, subnormal numbers included.
struct BFloat16 {
  static HWY_INLINE NarrowVector encode(FloatVector x) {
    const Words d;
    const auto bits = hn::BitCast(d, x);
    const auto quiet = hn::Or(hn::ShiftRight<16>(bits), hn::Set(d, 0x0040U));
    const auto is_nan = hn::RebindMask(d, hn::IsNaN(x));
    return hn::TruncateTo(NarrowWords(), hn::IfThenElse(is_nan, quiet, rounded_off<16>(bits)));
  }
  static HWY_INLINE FloatVector decode(NarrowVector narrow) {
    return hn::BitCast(Floats(), hn::ShiftLeft<16>(hn::PromoteTo(Words(), narrow)));
  }
};

#if PLUMB_HAS_FLOAT16

struct Float16 {
  using Tag = hn::Rebind<hwy::float16_t, Floats>;
  static HWY_INLINE NarrowVector encode(FloatVector x) {
    return hn::BitCast(NarrowWords(), hn::DemoteTo(Tag(), x));
  }
  static HWY_INLINE FloatVector decode(NarrowVector narrow) {
    return hn::PromoteTo(Floats(), hn::BitCast(Tag(), narrow));
  }
};

#else

/// Subnormal numbers of float16 are multiples of 2^-24, which is also the spacing of floats in
/// [1/2, 1): adding 1/2 rounds to them, and leaves their code in the last bits of the sum.
struct Float16 {
  static constexpr std::uint32_t kInfinity = 0x7C00;
  static constexpr std::uint32_t kFirstNormal = 0x0400;  // stands for 2^-14
  static constexpr std::uint32_t kHalf = 0x3F000000;     // the float 1/2
  static constexpr int kDropped = 23 - 10;
  static constexpr std::uint32_t kBias = std::uint32_t{127 - 15} << 10;

  static HWY_INLINE NarrowVector encode(FloatVector x) {
    const Words d;
    const auto size = hn::Abs(x);
    const auto size_bits = hn::BitCast(d, size);
    const auto shifted = hn::BitCast(d, hn::Add(size, hn::Set(Floats(), 0.5F)));
    const auto subnormal = hn::Sub(shifted, hn::Set(d, kHalf));
    const auto normal = hn::Sub(rounded_off<kDropped>(size_bits), hn::Set(d, kBias));
    const auto bounded = hn::Min(normal, hn::Set(d, kInfinity));
    const auto is_subnormal = hn::RebindMask(d, hn::Lt(size, hn::Set(Floats(), 0x1p-14F)));
    const auto payload = hn::And(hn::ShiftRight<kDropped>(size_bits), hn::Set(d, 0x03FFU));
    const auto quiet = hn::Or(payload, hn::Set(d, 0x7E00U));
    const auto code = hn::IfThenElse(hn::RebindMask(d, hn::IsNaN(x)), quiet,
                                     hn::IfThenElse(is_subnormal, subnormal, bounded));
    const auto sign = hn::And(hn::ShiftRight<16>(hn::BitCast(d, x)), hn::Set(d, 0x8000U));
    return hn::TruncateTo(NarrowWords(), hn::Or(sign, code));
  }

  static HWY_INLINE FloatVector decode(NarrowVector narrow) {
    const Words d;
    const Floats df;
    const auto bits = hn::PromoteTo(d, narrow);
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

/// Calls body(first) for each whole vector of n elements, four at a time as long as there are that
/// many; returns where the rest begins.
template <class Body>
HWY_INLINE std::size_t for_each_vector(std::size_t n, Body&& body) {
  constexpr std::size_t lanes = hn::MaxLanes(Floats());
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    body(i);
    body(i + lanes);
    body(i + 2 * lanes);
    body(i + 3 * lanes);
  }
  for (; i + lanes <= n; i += lanes) body(i);
  return i;
}

template <class Format>
void encode_all(std::span<const float> values, std::uint16_t* out) {
  const auto encode_vector = [](const float* from, std::uint16_t* to) HWY_ATTR {
    hn::StoreU(Format::encode(hn::LoadU(Floats(), from)), NarrowWords(), to);
  };
  const float* from = values.data();
  const std::size_t done = for_each_vector(
      values.size(), [&](std::size_t i) HWY_ATTR { encode_vector(from + i, out + i); });
  if (done == values.size()) return;
  alignas(64) float rest[hn::MaxLanes(Floats())] = {};
  alignas(64) std::uint16_t encoded[hn::MaxLanes(Floats())];
  std::copy(values.begin() + static_cast<std::ptrdiff_t>(done), values.end(), rest);
  encode_vector(rest, encoded);
  std::copy_n(encoded, values.size() - done, out + done);
}

template <class Format>
void decode_all(const std::uint16_t* in, std::span<float> values) {
  const auto decode_vector = [](const std::uint16_t* from, float* to) HWY_ATTR {
    hn::StoreU(Format::decode(hn::LoadU(NarrowWords(), from)), Floats(), to);
  };
  float* to = values.data();
  const std::size_t done = for_each_vector(
      values.size(), [&](std::size_t i) HWY_ATTR { decode_vector(in + i, to + i); });
  if (done == values.size()) return;
  alignas(64) std::uint16_t rest[hn::MaxLanes(Floats())] = {};
  alignas(64) float decoded[hn::MaxLanes(Floats())];
  std::copy_n(in + done, values.size() - done, rest);
  decode_vector(rest, decoded);
  std::copy_n(decoded, values.size() - done, to + done);
}

void encode_bfloat16(std::span<const float> values, std::uint16_t* out) {
  encode_all<BFloat16>(values, out);
}
void encode_float16(std::span<const float> values, std::uint16_t* out) {
  encode_all<Float16>(values, out);
}
void decode_bfloat16(const std::uint16_t* in, std::span<float> values) {
  decode_all<BFloat16>(in, values);
}
void decode_float16(const std::uint16_t* in, std::span<float> values) {
  decode_all<Float16>(in, values);
}

}  // namespace
}  // namespace plumb::comm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::comm {

HWY_EXPORT(encode_bfloat16);
HWY_EXPORT(encode_float16);
HWY_EXPORT(decode_bfloat16);
HWY_EXPORT(decode_float16);

void encode(WireFormat format, std::span<const float> values, std::uint16_t* out) noexcept {
  if (format == WireFormat::BFloat16) {
    HWY_DYNAMIC_DISPATCH(encode_bfloat16)(values, out);
  } else {
    HWY_DYNAMIC_DISPATCH(encode_float16)(values, out);
  }
}

void decode(WireFormat format, const std::uint16_t* in, std::span<float> values) noexcept {
  if (format == WireFormat::BFloat16) {
    HWY_DYNAMIC_DISPATCH(decode_bfloat16)(in, values);
  } else {
    HWY_DYNAMIC_DISPATCH(decode_float16)(in, values);
  }
}

}  // namespace plumb::comm
#endif
