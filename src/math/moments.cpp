// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/moments.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/moments.hpp"
#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

class MomentLanes {
 public:
  explicit MomentLanes(double pivot) : pivot_(hn::Set(Wide(), pivot)) {
    for (std::size_t i = 0; i < kVectors<double>; ++i) {
      deviation_[i] = squared_[i] = hn::Zero(Wide());
    }
  }
  /// The group found at p.
  template <class T>
  HWY_INLINE void add(const T* p) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kVectors<T>; ++v) {
      for_each_wide(v, p + v * kLanes<T>, [&](std::size_t i, WideVector wide) HWY_ATTR {
        const auto x = hn::Sub(wide, pivot_);
        deviation_[i] = hn::Add(deviation_[i], x);
        squared_[i] = hn::Add(squared_[i], hn::Mul(x, x));
      });
    }
  }
  [[nodiscard]] double deviation() const { return combine_lanes(deviation_); }
  [[nodiscard]] double squared() const { return combine_lanes(squared_); }

 private:
  WideVector pivot_;
  WideVector deviation_[kVectors<double>];
  WideVector squared_[kVectors<double>];
};

template <class T>
void moments(std::span<const T> values, double pivot, double& deviation,
             double& deviation_squared) {
  MomentLanes lanes(pivot);
  const std::size_t rest =
      for_each_group(values.size(), [&](std::size_t i) HWY_ATTR { lanes.add(values.data() + i); });
  if (rest < values.size()) {
    // Padded with the pivot, which deviates by nothing; it need not be a number of type T.
    Padded<double> tail(&pivot, 0, pivot);
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(rest), values.end(), tail.values);
    lanes.add(tail.values);
  }
  deviation += lanes.deviation();
  deviation_squared += lanes.squared();
}

void moments_float(std::span<const float> values, double pivot, double& deviation,
                   double& deviation_squared) {
  moments(values, pivot, deviation, deviation_squared);
}
void moments_double(std::span<const double> values, double pivot, double& deviation,
                    double& deviation_squared) {
  moments(values, pivot, deviation, deviation_squared);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(moments_float);
HWY_EXPORT(moments_double);

template <>
void add_moments(std::span<const float> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept {
  HWY_DYNAMIC_DISPATCH(moments_float)(values, pivot, deviation, deviation_squared);
}
template <>
void add_moments(std::span<const double> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept {
  HWY_DYNAMIC_DISPATCH(moments_double)(values, pivot, deviation, deviation_squared);
}

}  // namespace plumb::math
#endif
