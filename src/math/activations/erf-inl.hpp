// The error function.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_ERF_HPP
#define PLUMB_MATH_ACTIVATIONS_ERF_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "math/activations/activation_traits.hpp"

namespace plumb::math::activations {

struct Erf : Defaults {
  static constexpr Activation kActivation = Activation::Erf;
  static constexpr std::string_view kName = "erf";
  static constexpr bool kIsBounded = true;

  static double largest_derivative(double /*negative_slope*/) {
    return 2 * std::numbers::inv_sqrtpi;
  }

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    constexpr long double kSlope = 2 * std::numbers::inv_sqrtpi_v<long double>;
    return {std::erf(z), kSlope * std::exp(-z * z)};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) { return 1.0 - erfc(z); }

  /// Taylor's series of erf(x) / x in x^2.
  template <class T, std::size_t N>
  static constexpr std::array<T, N> series() {
    std::array<T, N> result{};
    long double term = 2 * std::numbers::inv_sqrtpi_v<long double>;  // times (-1)^n / n!
    for (std::size_t n = 0; n < N; ++n) {
      result[n] = static_cast<T>(term / static_cast<long double>(2 * n + 1));
      term /= -static_cast<long double>(n + 1);
    }
    return result;
  }
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_ERF_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_ERF_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_ERF_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_ERF_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"
#include "math/simd_erfc-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// Below 1 by Taylor's series, whose first term left out is below 1 / (10! 21) = 1.3e-8 for float
/// and 1 / (18! 37) = 4e-18 for double; else 1 - erfc(|z|), where erfc <= .16 does no harm.
template <class T>
HWY_INLINE Activated<T> activated(activations::Erf /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  constexpr std::size_t kTerms = sizeof(T) == sizeof(float) ? 10 : 18;
  static constexpr auto kSeries = activations::Erf::series<T, kTerms>();
  const auto one = hn::Set(d, T{1});
  // Beyond, the derivative is zero. Keeps NaN.
  const auto most = hn::Set(d, sizeof(T) == sizeof(float) ? T{11} : T{28});
  const auto size = hn::Abs(z);
  const auto u = hn::IfThenElse(hn::Gt(size, most), most, size);
  const auto square = exact_square<T>(u);
  const auto exp = negative_exp<T>(hn::Neg(square.high));
  const auto rounding = hn::Sub(one, square.low);  // exp(-low)
  auto sum = hn::Set(d, kSeries.back());
  for (std::size_t i = kTerms - 1; i-- > 0;) {
    sum = hn::MulAdd(sum, square.high, hn::Set(d, kSeries[i]));
  }
  const auto far = hn::Sub(one, times_exp<T>(hn::Mul(scaled_erfc<T>(u), rounding), exp));
  const auto value = hn::IfThenElse(hn::Lt(u, one), hn::Mul(u, sum), far);
  const auto slope = hn::Set(d, T(2 * std::numbers::inv_sqrtpi));
  return {hn::CopySignToAbs(value, z), times_exp<T>(hn::Mul(slope, rounding), exp)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
