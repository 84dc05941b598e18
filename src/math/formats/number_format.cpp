// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/formats/number_format.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "math/formats/number_format.hpp"
#include "math/formats/simd_bfloat16-inl.hpp"
#include "math/formats/simd_float16-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// Calls body(first) for each whole vector of n elements, four at a time as long as there are that
/// many; returns where the rest begins.
template <class Body>
HWY_INLINE std::size_t for_each_vector(std::size_t n, Body&& body) {
  constexpr std::size_t lanes = kLanes<float>;
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

/// to[i] = convert(from[i]) for i < n; `convert` takes a vector's worth of both.
template <class From, class To, class Convert>
HWY_INLINE void convert_all(const From* from, To* to, std::size_t n, const Convert& convert) {
  const std::size_t done =
      for_each_vector(n, [&](std::size_t i) HWY_ATTR { convert(from + i, to + i); });
  if (done == n) return;
  alignas(64) From rest[kLanes<float>] = {};
  alignas(64) To converted[kLanes<float>];
  std::copy_n(from + done, n - done, rest);
  convert(rest, converted);
  std::copy_n(converted, n - done, to + done);
}

template <class Format>
void round_all(std::span<float> values) {
  convert_all(values.data(), values.data(), values.size(),
              [](const float* from, float* to) HWY_ATTR {
                hn::StoreU(Format::round(hn::LoadU(Tag<float>(), from)), Tag<float>(), to);
              });
}

template <class Format>
void encode_all(std::span<const float> values, std::uint16_t* out) {
  convert_all(values.data(), out, values.size(), [](const float* from, std::uint16_t* to) HWY_ATTR {
    hn::StoreU(Format::encode(hn::LoadU(Tag<float>(), from)), Codes(), to);
  });
}

template <class Format>
void decode_all(const std::uint16_t* in, std::span<float> values) {
  convert_all(in, values.data(), values.size(), [](const std::uint16_t* from, float* to) HWY_ATTR {
    hn::StoreU(Format::decode(hn::LoadU(Codes(), from)), Tag<float>(), to);
  });
}

/// Calls use(the format); not for Float32, which needs no conversion.
template <class Use>
void with_narrow(NumberFormat format, const Use& use) {
  switch (format) {
    case NumberFormat::Float32:
      return;
    case NumberFormat::BFloat16:
      return use(BFloat16());
    case NumberFormat::Float16:
      return use(Float16());
  }
}

void round_values(NumberFormat format, std::span<float> values) {
  with_narrow(format, [&](auto narrow) { round_all<decltype(narrow)>(values); });
}
void encode_values(NumberFormat format, std::span<const float> values, std::uint16_t* out) {
  with_narrow(format, [&](auto narrow) { encode_all<decltype(narrow)>(values, out); });
}
void decode_values(NumberFormat format, const std::uint16_t* in, std::span<float> values) {
  with_narrow(format, [&](auto narrow) { decode_all<decltype(narrow)>(in, values); });
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(round_values);
HWY_EXPORT(encode_values);
HWY_EXPORT(decode_values);

void round_to(NumberFormat format, std::span<float> values) noexcept {
  HWY_DYNAMIC_DISPATCH(round_values)(format, values);
}

void encode(NumberFormat format, std::span<const float> values, std::uint16_t* out) noexcept {
  HWY_DYNAMIC_DISPATCH(encode_values)(format, values, out);
}

void decode(NumberFormat format, const std::uint16_t* in, std::span<float> values) noexcept {
  HWY_DYNAMIC_DISPATCH(decode_values)(format, in, values);
}

std::size_t bytes_of(NumberFormat format) noexcept {
  switch (format) {
    case NumberFormat::Float32:
      return sizeof(float);
    case NumberFormat::BFloat16:
    case NumberFormat::Float16:
      return sizeof(std::uint16_t);
  }
  return sizeof(float);
}

}  // namespace plumb::math
#endif
