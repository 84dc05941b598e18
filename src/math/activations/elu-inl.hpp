// The exponential linear unit with alpha = 1: z for z > 0, exp(z) - 1 otherwise (Clevert et al.
// 2016). Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does
// not depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_ELU_HPP
#define PLUMB_MATH_ACTIVATIONS_ELU_HPP

#include <cmath>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Elu : Defaults {
  static constexpr Activation kActivation = Activation::Elu;
  static constexpr std::string_view kName = "elu";

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    if (z > 0) return {z, 1};
    return {std::expm1(z), std::exp(z)};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) {
    return z.value > 0 ? z : expm1(z);
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_ELU_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_ELU_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_ELU_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_ELU_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// With exp(z) = 2^k (1 + p): exp(z) - 1 = (2^k - 1) + 2^k p does not cancel, see tanh.
template <class T>
HWY_INLINE Activated<T> activated(activations::Elu /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto exp = negative_exp<T>(hn::Or(z, hn::SignBit(d)));
  const auto one = hn::Set(d, T{1});
  const auto expm1 = hn::MulAdd(exp.scale, exp.p, hn::Sub(exp.scale, one));
  const auto is_positive = hn::Gt(z, hn::Zero(d));
  return {hn::IfThenElse(is_positive, z, expm1), hn::IfThenElse(is_positive, one, exp.e)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
