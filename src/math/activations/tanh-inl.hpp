// The hyperbolic tangent.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_TANH_HPP
#define PLUMB_MATH_ACTIVATIONS_TANH_HPP

#include <cmath>

#include "math/activations/activation_traits.hpp"
#include "math/activations/tanh_averages.hpp"

namespace plumb::math::activations {

struct Tanh : Defaults {
  static constexpr Activation kActivation = Activation::Tanh;
  static constexpr std::string_view kName = "tanh";
  static constexpr bool kIsBounded = true;
  static constexpr bool kHasConcaveVarianceMap = true;

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    const long double e = std::exp(-2 * std::abs(z));
    return {std::tanh(z), 4 * e / ((1 + e) * (1 + e))};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) { return math::tanh(z); }

  static constexpr auto kGaussianMoments = [](double q, double /*negative_slope*/) {
    const TanhAverages t = tanh_averages(q);
    return GaussianMoments{
        0, t.square, t.square_slope, t.sech_fourth, t.sech_eighth, t.sech_fourth_slope};
  };
  static constexpr auto kDerivativeProduct = sech_square_product;
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_TANH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_TANH_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_TANH_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_TANH_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// With e = exp(-2|z|) = 2^k (1 + p): tanh |z| = (1 - e) / (1 + e), where 1 - e = (1 - 2^k) - 2^k p
/// does not cancel: for small |z| k is 0 and p exact to rounding. tanh' = 4 e / (1 + e)^2.
template <class T>
HWY_INLINE Activated<T> activated(activations::Tanh /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1});
  const auto negative = hn::Or(z, hn::SignBit(d));
  const NegativeExp<T> exp = negative_exp<T>(hn::Add(negative, negative));
  const auto inverse = hn::Div(one, hn::Add(one, exp.e));
  const auto one_minus_e = hn::NegMulAdd(exp.scale, exp.p, hn::Sub(one, exp.scale));
  const auto size = hn::Mul(one_minus_e, inverse);
  return {hn::CopySignToAbs(hn::Abs(size), z),
          at_most<T>(T{1}, hn::Mul(hn::Mul(exp.four_e, inverse), inverse))};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
