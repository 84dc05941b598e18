// The identity.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_LINEAR_HPP
#define PLUMB_MATH_ACTIVATIONS_LINEAR_HPP

#include "math/activations/activation_traits.hpp"
#include "math/activations/rectifier.hpp"

namespace plumb::math::activations {

struct Linear : Defaults {
  static constexpr Activation kActivation = Activation::Linear;
  static constexpr std::string_view kName = "linear";
  static constexpr bool kIsHomogeneous = true;

  static ActivationPoint reference(long double z, long double /*negative_slope*/) { return {z, 1}; }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) { return z; }

  static constexpr auto kGaussianMoments = [](double q, double /*negative_slope*/) {
    return rectifier_moments(1, q);
  };
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_LINEAR_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_LINEAR_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_LINEAR_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_LINEAR_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

template <class T>
HWY_INLINE Activated<T> activated(activations::Linear /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  return {z, hn::IfThenElse(hn::Eq(z, z), hn::Set(Tag<T>(), T{1}), z)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
