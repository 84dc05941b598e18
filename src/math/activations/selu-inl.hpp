// The scaled exponential linear unit: lambda z for z > 0, lambda alpha (exp(z) - 1) otherwise, with
// the constants of Klambauer et al. 2017. Its derivative at 0 is lambda alpha.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_SELU_HPP
#define PLUMB_MATH_ACTIVATIONS_SELU_HPP

#include <cmath>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Selu : Defaults {
  static constexpr Activation kActivation = Activation::Selu;
  static constexpr std::string_view kName = "selu";

  static constexpr double kLambda = 1.0507009873554804934193349852946;
  static constexpr double kAlpha = 1.6732632423543772848170429916717;

  static double largest_derivative(double /*negative_slope*/) { return kLambda * kAlpha; }

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    constexpr long double kScale = kLambda * kAlpha;
    if (z > 0) return {kLambda * z, kLambda};
    return {kScale * std::expm1(z), kScale * std::exp(z)};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double seen) {
    const bool is_right = std::abs(z.value) < 1e-3 ? seen == kLambda : z.value > 0;
    return is_right ? kLambda * z : kLambda * kAlpha * expm1(z);
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_SELU_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_SELU_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_SELU_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_SELU_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// exp(z) - 1 as for elu.
template <class T>
HWY_INLINE Activated<T> activated(activations::Selu /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto exp = negative_exp<T>(hn::Or(z, hn::SignBit(d)));
  const auto one = hn::Set(d, T{1});
  const auto expm1 = hn::MulAdd(exp.scale, exp.p, hn::Sub(exp.scale, one));
  const auto is_positive = hn::Gt(z, hn::Zero(d));
  const auto lambda = hn::Set(d, static_cast<T>(activations::Selu::kLambda));
  const auto scale =
      hn::Set(d, static_cast<T>(activations::Selu::kLambda * activations::Selu::kAlpha));
  return {hn::IfThenElse(is_positive, hn::Mul(lambda, z), hn::Mul(scale, expm1)),
          hn::IfThenElse(is_positive, lambda, times_exp<T>(scale, exp))};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
