// Pooling over 2x2 windows, channel by channel in vectors.
// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/images/pooling.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "math/images/image_ops.hpp"
#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// Where the four pixels of a window begin in the image, in row-major order.
using Window = std::array<std::size_t, 4>;

/// Calls body(window, offset in the pooled image) for each window, in row-major order.
template <class Body>
HWY_INLINE void for_each_window(const ImageShape& in, Body&& body) {
  const ImageShape out = in.pooled();
  const std::size_t line = in.width * in.channels;
  std::size_t pooled = 0;
  for (std::size_t y = 0; y < out.height; ++y) {
    for (std::size_t x = 0; x < out.width; ++x) {
      const std::size_t first = 2 * y * line + 2 * x * in.channels;
      body(Window{first, first + in.channels, first + line, first + line + in.channels}, pooled);
      pooled += in.channels;
    }
  }
}

/// Calls body(tag, channel) for vectors of channels, then for the rest one by one.
template <class T, class Body>
HWY_INLINE void for_each_channel(std::size_t channels, Body&& body) {
  std::size_t c = 0;
  for (; c + kLanes<T> <= channels; c += kLanes<T>) body(Tag<T>(), c);
  for (; c < channels; ++c) body(hn::CappedTag<T, 1>(), c);
}

template <class D>
using Four = std::array<hn::Vec<D>, 4>;

/// The entries of a window, some channels of it.
template <class D>
HWY_INLINE Four<D> entries(D d, const hn::TFromD<D>* image, const Window& window,
                           std::size_t channel) {
  const auto at = [&](std::size_t pixel)
                      HWY_ATTR { return hn::LoadU(d, image + window[pixel] + channel); };
  return {at(0), at(1), at(2), at(3)};
}

/// NaN is larger than any number; of equals the first stays.
template <class D>
HWY_INLINE hn::Mask<D> exceeds(D, hn::Vec<D> candidate, hn::Vec<D> largest) {
  return hn::AndNot(hn::IsNaN(largest), hn::Not(hn::Le(candidate, largest)));
}

template <class T>
void max_of(const ImageShape& in, const T* image, T* pooled) {
  for_each_window(in, [&](const Window& window, std::size_t to) HWY_ATTR {
    for_each_channel<T>(in.channels, [&](auto d, std::size_t c) HWY_ATTR {
      const auto x = entries(d, image, window, c);
      auto largest = x[0];
      for (std::size_t i = 1; i < 4; ++i) {
        largest = hn::IfThenElse(exceeds(d, x[i], largest), x[i], largest);
      }
      hn::StoreU(largest, d, pooled + to + c);
    });
  });
}

/// Which entry wins cannot be predicted, so there are no branches: every entry gets the delta when
/// it exceeds all before it, and loses it to a later one that exceeds it.
template <class T>
void max_back(const ImageShape& in, const T* image, const T* pooled_delta, T* delta) {
  for_each_window(in, [&](const Window& window, std::size_t from) HWY_ATTR {
    for_each_channel<T>(in.channels, [&](auto d, std::size_t c) HWY_ATTR {
      const auto x = entries(d, image, window, c);
      auto given = hn::LoadU(d, pooled_delta + from + c);
      const auto two = exceeds(d, x[1], x[0]);
      const auto first_two = hn::IfThenElse(two, x[1], x[0]);
      const auto three = exceeds(d, x[2], first_two);
      const auto four = exceeds(d, x[3], hn::IfThenElse(three, x[2], first_two));
      hn::StoreU(hn::IfThenElseZero(four, given), d, delta + window[3] + c);
      given = hn::IfThenZeroElse(four, given);
      hn::StoreU(hn::IfThenElseZero(three, given), d, delta + window[2] + c);
      given = hn::IfThenZeroElse(three, given);
      hn::StoreU(hn::IfThenElseZero(two, given), d, delta + window[1] + c);
      hn::StoreU(hn::IfThenZeroElse(two, given), d, delta + window[0] + c);
    });
  });
}

template <class T>
void mean_of(const ImageShape& in, const T* image, T* pooled) {
  for_each_window(in, [&](const Window& window, std::size_t to) HWY_ATTR {
    for_each_channel<T>(in.channels, [&](auto d, std::size_t c) HWY_ATTR {
      const auto x = entries(d, image, window, c);
      const auto sum = hn::Add(hn::Add(hn::Add(x[0], x[1]), x[2]), x[3]);
      hn::StoreU(hn::Mul(sum, hn::Set(d, T(0.25))), d, pooled + to + c);
    });
  });
}

template <class T>
void mean_back(const ImageShape& in, const T* pooled_delta, T* delta) {
  for_each_window(in, [&](const Window& window, std::size_t from) HWY_ATTR {
    for_each_channel<T>(in.channels, [&](auto d, std::size_t c) HWY_ATTR {
      const auto given = hn::Mul(hn::LoadU(d, pooled_delta + from + c), hn::Set(d, T(0.25)));
      for (const std::size_t pixel : window) hn::StoreU(given, d, delta + pixel + c);
    });
  });
}

void max_float(const ImageShape& in, const float* x, float* y) { max_of(in, x, y); }
void max_double(const ImageShape& in, const double* x, double* y) { max_of(in, x, y); }
void max_back_float(const ImageShape& in, const float* x, const float* dy, float* dx) {
  max_back(in, x, dy, dx);
}
void max_back_double(const ImageShape& in, const double* x, const double* dy, double* dx) {
  max_back(in, x, dy, dx);
}
void mean_float(const ImageShape& in, const float* x, float* y) { mean_of(in, x, y); }
void mean_double(const ImageShape& in, const double* x, double* y) { mean_of(in, x, y); }
void mean_back_float(const ImageShape& in, const float* dy, float* dx) { mean_back(in, dy, dx); }
void mean_back_double(const ImageShape& in, const double* dy, double* dx) { mean_back(in, dy, dx); }

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {
namespace {

/// What lies in no window. The kernels write the rest.
template <class T>
void clear_dropped(const ImageShape& in, std::span<T> delta) {
  const std::size_t line = in.width * in.channels;
  const std::size_t kept_lines = in.pooled().height * 2;
  std::fill(delta.begin() + static_cast<std::ptrdiff_t>(kept_lines * line), delta.end(), T{0});
  const std::size_t kept = in.pooled().width * 2 * in.channels;
  for (std::size_t y = 0; y < kept_lines; ++y) {
    std::fill_n(delta.data() + y * line + kept, line - kept, T{0});
  }
}

}  // namespace

HWY_EXPORT(max_float);
HWY_EXPORT(max_double);
HWY_EXPORT(max_back_float);
HWY_EXPORT(max_back_double);
HWY_EXPORT(mean_float);
HWY_EXPORT(mean_double);
HWY_EXPORT(mean_back_float);
HWY_EXPORT(mean_back_double);

template <>
void max_pool(const ImageShape& in, std::span<const float> image,
              std::span<float> pooled) noexcept {
  HWY_DYNAMIC_DISPATCH(max_float)(in, image.data(), pooled.data());
}
template <>
void max_pool(const ImageShape& in, std::span<const double> image,
              std::span<double> pooled) noexcept {
  HWY_DYNAMIC_DISPATCH(max_double)(in, image.data(), pooled.data());
}
template <>
void max_pool_backward(const ImageShape& in, std::span<const float> image,
                       std::span<const float> pooled_delta, std::span<float> delta) noexcept {
  clear_dropped(in, delta);
  HWY_DYNAMIC_DISPATCH(max_back_float)(in, image.data(), pooled_delta.data(), delta.data());
}
template <>
void max_pool_backward(const ImageShape& in, std::span<const double> image,
                       std::span<const double> pooled_delta, std::span<double> delta) noexcept {
  clear_dropped(in, delta);
  HWY_DYNAMIC_DISPATCH(max_back_double)(in, image.data(), pooled_delta.data(), delta.data());
}
template <>
void average_pool(const ImageShape& in, std::span<const float> image,
                  std::span<float> pooled) noexcept {
  HWY_DYNAMIC_DISPATCH(mean_float)(in, image.data(), pooled.data());
}
template <>
void average_pool(const ImageShape& in, std::span<const double> image,
                  std::span<double> pooled) noexcept {
  HWY_DYNAMIC_DISPATCH(mean_double)(in, image.data(), pooled.data());
}
template <>
void average_pool_backward(const ImageShape& in, std::span<const float> pooled_delta,
                           std::span<float> delta) noexcept {
  clear_dropped(in, delta);
  HWY_DYNAMIC_DISPATCH(mean_back_float)(in, pooled_delta.data(), delta.data());
}
template <>
void average_pool_backward(const ImageShape& in, std::span<const double> pooled_delta,
                           std::span<double> delta) noexcept {
  clear_dropped(in, delta);
  HWY_DYNAMIC_DISPATCH(mean_back_double)(in, pooled_delta.data(), delta.data());
}

}  // namespace plumb::math
#endif
