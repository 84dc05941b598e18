// z, kept between -1 and 1; the derivative at both ends is 0.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_HARD_TANH_HPP
#define PLUMB_MATH_ACTIVATIONS_HARD_TANH_HPP

#include <cmath>
#include <span>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct HardTanh : Defaults {
  static constexpr Activation kActivation = Activation::HardTanh;
  static constexpr std::string_view kName = "hard_tanh";
  static constexpr bool kIsBounded = true;
  static constexpr double kEnds[] = {-1, 1};
  static constexpr std::span<const double> kCorners{kEnds};

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    if (std::abs(z) < 1) return {z, 1};
    return {z > 0 ? 1.0L : -1.0L, 0};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double seen) {
    if (seen == 1) return z;
    return z.value > 0 ? 1.0 : -1.0;
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_HARD_TANH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_HARD_TANH_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_HARD_TANH_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_HARD_TANH_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

template <class T>
HWY_INLINE Activated<T> activated(activations::HardTanh /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1});
  const auto size = hn::Abs(z);
  const auto slope = hn::IfThenElse(hn::Lt(size, one), one, hn::Sub(z, z));  // 0, or NaN
  const auto is_outside = hn::Ge(size, one);
  return {hn::IfThenElse(is_outside, hn::CopySign(one, z), z),
          hn::IfThenZeroElse(is_outside, slope)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
