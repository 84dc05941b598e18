// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/gradient_sums.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "math/gradient_sums.hpp"
#include "math/simd_gradient_sums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

template <class T>
HWY_INLINE void add_group(const T* g, GradientLanes<T>& lanes) {
  HWY_UNROLL(8)
  for (std::size_t v = 0; v < kVectors<T>; ++v) lanes.add(v, g + v * kLanes<T>);
}

template <class T>
void add_block(std::span<const T> block, GradientLanes<T>& lanes, EntryCounts& counts) {
  const std::size_t whole = for_each_group(
      block.size(), [&](std::size_t i) HWY_ATTR { add_group(block.data() + i, lanes); });
  lanes.count_block(block.first(whole), counts);
}

/// A partial group, the last. Its padding adds nothing to the squares, but would be counted among
/// the zeros.
template <class T>
void add_rest(std::span<const T> rest, GradientLanes<T>& lanes, EntryCounts& counts) {
  if (rest.empty()) return;
  add_group(Padded<T>(rest.data(), rest.size()).values, lanes);
  for (const T g : rest) counts.add_gradient(g);
}

template <class T>
UpdateSums sums_of(std::span<const T> gradient) {
  GradientLanes<T> lanes;
  EntryCounts counts;
  const std::size_t whole = gradient.size() / kGroup * kGroup;
  for (std::size_t begin = 0; begin < whole; begin += kBlock) {
    add_block(gradient.subspan(begin, std::min(kBlock, whole - begin)), lanes, counts);
  }
  add_rest(gradient.subspan(whole), lanes, counts);
  UpdateSums sums;
  sums.gradient = lanes.total();
  sums.gradient_max = counts.largest;
  sums.zero = counts.zero;
  sums.nonfinite = counts.nonfinite;
  return sums;
}

UpdateSums sums_float(std::span<const float> gradient) { return sums_of(gradient); }
UpdateSums sums_double(std::span<const double> gradient) { return sums_of(gradient); }

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(sums_float);
HWY_EXPORT(sums_double);

template <>
UpdateSums gradient_sums(std::span<const float> gradient) noexcept {
  return HWY_DYNAMIC_DISPATCH(sums_float)(gradient);
}
template <>
UpdateSums gradient_sums(std::span<const double> gradient) noexcept {
  return HWY_DYNAMIC_DISPATCH(sums_double)(gradient);
}

}  // namespace plumb::math
#endif
