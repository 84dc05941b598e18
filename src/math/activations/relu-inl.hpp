// The rectifier, max(z, 0); its derivative at 0 is 0.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_RELU_HPP
#define PLUMB_MATH_ACTIVATIONS_RELU_HPP

#include "math/activations/activation_traits.hpp"
#include "math/activations/rectifier.hpp"

namespace plumb::math::activations {

struct Relu : Defaults {
  static constexpr Activation kActivation = Activation::Relu;
  static constexpr std::string_view kName = "relu";
  static constexpr bool kIsHomogeneous = true;

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    return rectified(z, 0);
  }

  static Dual dual(Dual z, double /*negative_slope*/, double seen) { return seen == 1 ? z : 0.0; }

  static constexpr auto kGaussianMoments = [](double q, double /*negative_slope*/) {
    return rectifier_moments(0, q);
  };
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_RELU_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_RELU_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_RELU_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_RELU_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

template <class T>
HWY_INLINE Activated<T> activated(activations::Relu /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto closed = hn::Le(z, hn::Zero(d));
  const auto open_slope = hn::IfThenElse(hn::Gt(z, hn::Zero(d)), hn::Set(d, T{1}), z);
  return {hn::IfThenZeroElse(closed, z), hn::IfThenZeroElse(closed, open_slope)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
