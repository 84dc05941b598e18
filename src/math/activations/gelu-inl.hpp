// The Gaussian error linear unit z P(x < z), x ~ N(0, 1), exact (Hendrycks and Gimpel 2016).
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_GELU_HPP
#define PLUMB_MATH_ACTIVATIONS_GELU_HPP

#include <cmath>
#include <numbers>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Gelu : Defaults {
  static constexpr Activation kActivation = Activation::Gelu;
  static constexpr std::string_view kName = "gelu";

  // Phi(z) + z exp(-z^2 / 2) / sqrt(2 pi) at z = sqrt(2), where phi'' = 0.
  static double largest_derivative(double /*negative_slope*/) { return 1.1289041632083838; }

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    if (std::isinf(z)) return {z > 0 ? z : 0, z > 0 ? 1.0L : 0.0L};
    const long double below = std::erfc(-z * std::numbers::sqrt2_v<long double> / 2) / 2;
    const long double density = std::exp(-z * z / 2) * std::numbers::inv_sqrtpi_v<long double> /
                                std::numbers::sqrt2_v<long double>;
    return {z * below, below + z * density};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) {
    return z * erfc(-z / std::numbers::sqrt2) / 2.0;
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_GELU_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_GELU_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_GELU_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_GELU_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"
#include "math/simd_erfc-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// With u = |z|, s = exp(u^2 / 2) P(x < -u) and k = 1 / sqrt(2 pi): phi(-u) = -u s exp(-u^2 / 2),
/// phi'(-u) = (s - u k) exp(-u^2 / 2), and phi(u) = u + phi(-u), phi'(u) = 1 - phi'(-u).
template <class T>
HWY_INLINE Activated<T> activated(activations::Gelu /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  // Beyond, both are those of a rectifier to the last bit. Keeps NaN.
  const auto most = hn::Set(d, sizeof(T) == sizeof(float) ? T{15} : T{40});
  const auto size = hn::Abs(z);
  const auto u = hn::IfThenElse(hn::Gt(size, most), most, size);
  const auto half = hn::Set(d, T{0.5});
  const auto square = exact_square<T>(u);
  const auto exp = negative_exp<T>(hn::Neg(hn::Mul(square.high, half)));
  const auto rounding = hn::NegMulAdd(square.low, half, hn::Set(d, T{1}));  // exp(-low / 2)
  const auto x = hn::Mul(u, hn::Set(d, T(std::numbers::sqrt2 / 2)));
  const auto s = hn::Mul(half, scaled_erfc<T>(x));
  const auto density = hn::Mul(u, hn::Set(d, T(std::numbers::inv_sqrtpi / std::numbers::sqrt2)));
  const auto value = times_exp<T>(hn::Mul(hn::Mul(u, s), rounding), exp);
  const auto derivative = times_exp<T>(hn::Mul(hn::Sub(s, density), rounding), exp);
  const auto is_negative = hn::Lt(z, hn::Zero(d));
  return {hn::IfThenElse(is_negative, hn::Neg(value), hn::Sub(z, value)),
          hn::IfThenElse(is_negative, derivative, hn::Sub(hn::Set(d, T{1}), derivative))};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
