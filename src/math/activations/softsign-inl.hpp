// z / (1 + |z|), a sigmoid with algebraic tails.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_SOFTSIGN_HPP
#define PLUMB_MATH_ACTIVATIONS_SOFTSIGN_HPP

#include <cmath>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Softsign : Defaults {
  static constexpr Activation kActivation = Activation::Softsign;
  static constexpr std::string_view kName = "softsign";
  static constexpr bool kIsBounded = true;

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    if (std::isinf(z)) return {z > 0 ? 1.0L : -1.0L, 0};
    const long double below = 1 + std::abs(z);
    return {z / below, 1 / (below * below)};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) {
    return z.value > 0 ? z / (1.0 + z) : z / (1.0 - z);
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_SOFTSIGN_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_SOFTSIGN_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_SOFTSIGN_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_SOFTSIGN_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

template <class T>
HWY_INLINE Activated<T> activated(activations::Softsign /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1});
  const auto below = hn::Add(one, hn::Abs(z));
  const auto slope = hn::Div(one, below);
  const auto ratio = hn::IfThenElse(hn::IsInf(z), hn::CopySign(one, z), hn::Div(z, below));
  return {ratio, hn::Mul(slope, slope)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
