// Value and derivative of each activation function, for one vector of pre-activations.
// Not a number in gives not a number out, in both.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_ACTIVATION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_ACTIVATION_INL_HPP
#undef PLUMB_MATH_SIMD_ACTIVATION_INL_HPP
#else
#define PLUMB_MATH_SIMD_ACTIVATION_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/activation_kernels.hpp"
#include "math/simd_exp-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

template <class T>
struct Activated {
  Vector<T> value;
  Vector<T> derivative;
};

/// Rounding can lift a derivative beyond its bound near 0. Keeps NaN.
template <class T>
HWY_INLINE Vector<T> at_most(T bound, Vector<T> x) {
  const auto limit = hn::Set(Tag<T>(), bound);
  return hn::IfThenElse(hn::Gt(x, limit), limit, x);
}

/// With e = exp(-|z|): s(|z|) = 1 / (1 + e), s(-|z|) = e / (1 + e), s' = their product.
template <class T>
HWY_INLINE Activated<T> sigmoid(Vector<T> z) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1});
  const auto e = negative_exp<T>(hn::Or(z, hn::SignBit(d))).e;
  const auto large = hn::Div(one, hn::Add(one, e));
  const auto small = hn::Mul(e, large);
  return {hn::IfThenElse(hn::Lt(z, hn::Zero(d)), small, large),
          at_most<T>(T{0.25}, hn::Mul(small, large))};
}

/// With e = exp(-2|z|) = 2^k (1 + p): tanh |z| = (1 - e) / (1 + e), where 1 - e = (1 - 2^k) - 2^k p
/// does not cancel: for small |z| k is 0 and p exact to rounding. tanh' = 4 e / (1 + e)^2.
template <class T>
HWY_INLINE Activated<T> tanh(Vector<T> z) {
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

/// phi(z) = z for z > 0, slope * z otherwise; slope 0 is ReLU.
template <bool kLeaky, class T>
HWY_INLINE Activated<T> rectifier(Vector<T> z, Vector<T> slope) {
  const Tag<T> d;
  const auto closed = hn::Le(z, hn::Zero(d));
  const auto open_slope = hn::IfThenElse(hn::Gt(z, hn::Zero(d)), hn::Set(d, T{1}), z);
  if constexpr (kLeaky) {
    return {hn::IfThenElse(closed, hn::Mul(slope, z), z),
            hn::IfThenElse(closed, slope, open_slope)};
  }
  return {hn::IfThenZeroElse(closed, z), hn::IfThenZeroElse(closed, open_slope)};
}

template <Activation kFunction, class T>
HWY_INLINE Activated<T> activated(Vector<T> z, Vector<T> slope) {
  const Tag<T> d;
  if constexpr (kFunction == Activation::Sigmoid) return sigmoid<T>(z);
  if constexpr (kFunction == Activation::Tanh) return tanh<T>(z);
  if constexpr (kFunction == Activation::Relu) return rectifier<false, T>(z, slope);
  if constexpr (kFunction == Activation::LeakyRelu) return rectifier<true, T>(z, slope);
  return {z, hn::IfThenElse(hn::Eq(z, z), hn::Set(d, T{1}), z)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
