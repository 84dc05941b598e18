// The sigmoid linear unit z / (1 + exp(-z)), also called swish (Elfwing et al. 2018).
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_SILU_HPP
#define PLUMB_MATH_ACTIVATIONS_SILU_HPP

#include <cmath>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Silu : Defaults {
  static constexpr Activation kActivation = Activation::Silu;
  static constexpr std::string_view kName = "silu";

  // At z = 2.39936, where phi'' = 0.
  static double largest_derivative(double /*negative_slope*/) { return 1.0998393201282926; }

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    if (std::isinf(z)) return {z > 0 ? z : 0, z > 0 ? 1.0L : 0.0L};
    const long double e = std::exp(-std::abs(z));
    const long double here = (z < 0 ? e : 1) / (1 + e);
    const long double there = (z < 0 ? 1 : e) / (1 + e);
    return {z * here, here * (1 + z * there)};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) {
    if (z.value > 0) return z / (1.0 + exp(-z));
    return z * exp(z) / (1.0 + exp(z));
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_SILU_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_SILU_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_SILU_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_SILU_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// With u = |z|, e = exp(-u) and s = 1 / (1 + e): phi(u) = u s, phi(-u) = -u s e,
/// phi'(u) = s (1 + u s e), phi'(-u) = s (1 - u s) e.
template <class T>
HWY_INLINE Activated<T> activated(activations::Silu /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1});
  // Beyond, e is zero. Keeps NaN.
  const auto most = hn::Set(d, sizeof(T) == sizeof(float) ? T{120} : T{800});
  const auto size = hn::Abs(z);
  const auto u = hn::IfThenElse(hn::Gt(size, most), most, size);
  const auto exp = negative_exp<T>(hn::Neg(u));
  const auto s = hn::Div(one, hn::Add(one, exp.e));
  const auto us = hn::Mul(u, s);
  const auto below = times_exp<T>(us, exp);
  const auto is_negative = hn::Lt(z, hn::Zero(d));
  return {hn::IfThenElse(is_negative, hn::Neg(below), hn::Mul(z, s)),
          hn::IfThenElse(is_negative, times_exp<T>(hn::Mul(s, hn::Sub(one, us)), exp),
                         hn::Mul(s, hn::Add(one, below)))};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
