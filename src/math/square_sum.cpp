// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/square_sum.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/simd_lanes-inl.hpp"
#include "math/square_sum.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

template <class T>
SquareSum square_sum_of(std::span<const T> x) {
  SquareLanes<T> lanes;
  const auto add_group = [&](const T* group) HWY_ATTR {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kVectors<T>; ++v) {
      lanes.add(v, group + v * kLanes<T>);
    }
  };
  const std::size_t rest =
      for_each_group(x.size(), [&](std::size_t i) HWY_ATTR { add_group(x.data() + i); });
  if (rest < x.size()) add_group(Padded<T>(x.data() + rest, x.size() - rest).values);
  return lanes.total();
}

SquareSum square_sum_float(std::span<const float> x) { return square_sum_of(x); }
SquareSum square_sum_double(std::span<const double> x) { return square_sum_of(x); }

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(square_sum_float);
HWY_EXPORT(square_sum_double);

template <>
SquareSum square_sum(std::span<const float> x) noexcept {
  return HWY_DYNAMIC_DISPATCH(square_sum_float)(x);
}
template <>
SquareSum square_sum(std::span<const double> x) noexcept {
  return HWY_DYNAMIC_DISPATCH(square_sum_double)(x);
}

}  // namespace plumb::math
#endif
