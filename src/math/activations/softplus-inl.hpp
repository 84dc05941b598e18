// log(1 + exp(z)), a smooth rectifier; its derivative is the sigmoid.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_SOFTPLUS_HPP
#define PLUMB_MATH_ACTIVATIONS_SOFTPLUS_HPP

#include <cmath>
#include <numbers>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Softplus : Defaults {
  static constexpr Activation kActivation = Activation::Softplus;
  static constexpr std::string_view kName = "softplus";
  static constexpr double kValueAtZero = std::numbers::ln2;

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    const long double e = std::exp(-std::abs(z));
    return {(z > 0 ? z : 0) + std::log1p(e), (z < 0 ? e : 1) / (1 + e)};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) {
    return z.value > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_SOFTPLUS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_SOFTPLUS_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_SOFTPLUS_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_SOFTPLUS_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// log(1 + e) = 2 artanh(s) with s = e / (2 + e) <= 1/3: the series s + s^3/3 + s^5/5 + ... is cut
/// off where its terms are below a third of an epsilon of s.
template <class T>
HWY_INLINE Activated<T> activated(activations::Softplus /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  constexpr std::size_t kTerms = sizeof(T) == sizeof(float) ? 8 : 17;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, T{1});
  const auto e = negative_exp<T>(hn::Or(z, hn::SignBit(d))).e;
  const auto two_s = hn::Div(e, hn::MulAdd(e, hn::Set(d, T{0.5}), one));
  const auto s_square = hn::Mul(hn::Mul(two_s, two_s), hn::Set(d, T{0.25}));
  auto sum = zero;
  for (std::size_t i = kTerms; i-- > 1;) {
    sum = hn::Mul(hn::Add(sum, hn::Set(d, T{1} / static_cast<T>(2 * i + 1))), s_square);
  }
  const auto log = hn::MulAdd(two_s, sum, two_s);
  const auto large = hn::Div(one, hn::Add(one, e));
  return {hn::IfThenElse(hn::Gt(z, zero), hn::Add(z, log), log),
          hn::IfThenElse(hn::Lt(z, zero), hn::Mul(e, large), large)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
