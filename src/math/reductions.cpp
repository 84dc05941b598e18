// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/reductions.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "math/reductions.hpp"
#include "math/simd_gradient_sums-inl.hpp"
#include "math/simd_lanes-inl.hpp"

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
