// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/delta_kernels.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/simd_lanes-inl.hpp"
#include "math/vector_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

template <class T>
void add_to(std::span<const T> x, std::span<T> y) {
  const Tag<T> d;
  const std::size_t rest = for_each_group(y.size(), [&](std::size_t i) HWY_ATTR {
    for (std::size_t v = i; v < i + kGroup; v += kLanes<T>) {
      hn::StoreU(hn::Add(hn::LoadU(d, y.data() + v), hn::LoadU(d, x.data() + v)), d, y.data() + v);
    }
  });
  for (std::size_t i = rest; i < y.size(); ++i) y[i] += x[i];
}

/// One vector of a row: delta *= derivative when kScale, column_sums += delta, squares of delta.
template <bool kScale, class T>
HWY_INLINE void delta_vector(const T* derivative, T* delta, T* column_sums, std::size_t i,
                             std::size_t v, SquareLanes<T>& squares) {
  const Tag<T> d;
  auto x = hn::LoadU(d, delta + i);
  if constexpr (kScale) {
    x = hn::Mul(x, hn::LoadU(d, derivative + i));
    hn::StoreU(x, d, delta + i);
  }
  hn::StoreU(hn::Add(hn::LoadU(d, column_sums + i), x), d, column_sums + i);
  squares.add(v, delta + i);
}

/// The whole groups of n units of one row. The squares are worked on in a copy, so that the
/// compiler keeps them in registers across the stores.
template <bool kScale, class T>
HWY_NOINLINE void delta_groups(const T* derivative, T* delta, T* column_sums, std::size_t n,
                               SquareLanes<T>& squares) {
  SquareLanes<T> local = squares;
  for_each_group(n, [&](std::size_t i) HWY_ATTR {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kVectors<T>; ++v) {
      delta_vector<kScale>(derivative, delta, column_sums, i + v * kLanes<T>, v, local);
    }
  });
  squares = local;
}

template <bool kScale, class T>
void delta_row(const T* derivative, T* delta, std::span<T> column_sums, SquareLanes<T>& squares) {
  const std::size_t units = column_sums.size();
  delta_groups<kScale>(derivative, delta, column_sums.data(), units, squares);
  const std::size_t count = units % kGroup;
  if (count == 0) return;
  const std::size_t rest = units - count;
  Padded<T> tail(delta + rest, count);
  Padded<T> sums(column_sums.data() + rest, count);
  const Padded<T> factors = kScale ? Padded<T>(derivative + rest, count) : Padded<T>();
  delta_groups<kScale>(factors.values, tail.values, sums.values, kGroup, squares);
  if constexpr (kScale) tail.store(delta + rest, count);
  sums.store(column_sums.data() + rest, count);
}

/// delta is written only when kScale.
template <bool kScale, class T>
SquareSum delta_sums(const T* derivative, T scale, core::MatrixView<T> delta,
                     std::span<T> bias_gradient) {
  SquareLanes<T> squares;
  std::fill(bias_gradient.begin(), bias_gradient.end(), T{0});
  for (std::size_t r = 0; r < delta.rows; ++r) {
    const std::size_t begin = r * delta.cols;
    delta_row<kScale>(kScale ? derivative + begin : nullptr, delta.data + begin, bias_gradient,
                      squares);
  }
  for (T& sum : bias_gradient) sum *= scale;
  return squares.total();
}

void add_float(std::span<const float> x, std::span<float> y) { add_to(x, y); }
void add_double(std::span<const double> x, std::span<double> y) { add_to(x, y); }

SquareSum scale_delta_float(const float* derivative, float scale, core::MatrixView<float> delta,
                            std::span<float> bias_gradient) {
  return delta_sums<true>(derivative, scale, delta, bias_gradient);
}
SquareSum scale_delta_double(const double* derivative, double scale, core::MatrixView<double> delta,
                             std::span<double> bias_gradient) {
  return delta_sums<true>(derivative, scale, delta, bias_gradient);
}
SquareSum sum_delta_float(float scale, core::MatrixView<float> delta,
                          std::span<float> bias_gradient) {
  return delta_sums<false>(static_cast<const float*>(nullptr), scale, delta, bias_gradient);
}
SquareSum sum_delta_double(double scale, core::MatrixView<double> delta,
                           std::span<double> bias_gradient) {
  return delta_sums<false>(static_cast<const double*>(nullptr), scale, delta, bias_gradient);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(add_float);
HWY_EXPORT(add_double);
HWY_EXPORT(scale_delta_float);
HWY_EXPORT(scale_delta_double);
HWY_EXPORT(sum_delta_float);
HWY_EXPORT(sum_delta_double);

template <>
void add(std::span<const float> x, std::span<float> y) noexcept {
  HWY_DYNAMIC_DISPATCH(add_float)(x, y);
}
template <>
void add(std::span<const double> x, std::span<double> y) noexcept {
  HWY_DYNAMIC_DISPATCH(add_double)(x, y);
}

template <>
SquareSum scale_delta(core::MatrixView<const float> derivative, float scale,
                      core::MatrixView<float> delta, std::span<float> bias_gradient) noexcept {
  return HWY_DYNAMIC_DISPATCH(scale_delta_float)(derivative.data, scale, delta, bias_gradient);
}
template <>
SquareSum scale_delta(core::MatrixView<const double> derivative, double scale,
                      core::MatrixView<double> delta, std::span<double> bias_gradient) noexcept {
  return HWY_DYNAMIC_DISPATCH(scale_delta_double)(derivative.data, scale, delta, bias_gradient);
}

// The shared loop takes a writable view, and does not write to it.
template <>
SquareSum sum_delta(core::MatrixView<const float> delta, float scale,
                    std::span<float> bias_gradient) noexcept {
  const core::MatrixView<float> view{const_cast<float*>(delta.data), delta.rows, delta.cols};
  return HWY_DYNAMIC_DISPATCH(sum_delta_float)(scale, view, bias_gradient);
}
template <>
SquareSum sum_delta(core::MatrixView<const double> delta, double scale,
                    std::span<double> bias_gradient) noexcept {
  const core::MatrixView<double> view{const_cast<double*>(delta.data), delta.rows, delta.cols};
  return HWY_DYNAMIC_DISPATCH(sum_delta_double)(scale, view, bias_gradient);
}

}  // namespace plumb::math
#endif
