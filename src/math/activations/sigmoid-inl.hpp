// The logistic sigmoid, 1 / (1 + exp(-z)).
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_SIGMOID_HPP
#define PLUMB_MATH_ACTIVATIONS_SIGMOID_HPP

#include <cmath>

#include "math/activations/activation_traits.hpp"
#include "math/activations/tanh_averages.hpp"

namespace plumb::math::activations {

struct Sigmoid : Defaults {
  static constexpr Activation kActivation = Activation::Sigmoid;
  static constexpr std::string_view kName = "sigmoid";
  static constexpr bool kIsBounded = true;
  static constexpr bool kHasConcaveVarianceMap = true;
  static constexpr double kValueAtZero = 0.5;

  static double largest_derivative(double /*negative_slope*/) { return 0.25; }

  static ActivationPoint reference(long double z, long double /*negative_slope*/) {
    const long double e = std::exp(-std::abs(z));
    const long double large = 1 / (1 + e);
    const long double small = e / (1 + e);
    return {z < 0 ? small : large, large * small};
  }

  static Dual dual(Dual z, double /*negative_slope*/, double /*seen*/) {
    return (1.0 + tanh(z / 2.0)) / 2.0;
  }

  /// (1 + tanh(x / 2)) / 2: the input of that tanh has variance q / 4.
  static constexpr auto kGaussianMoments = [](double q, double /*negative_slope*/) {
    const TanhAverages t = tanh_averages(q / 4);
    return GaussianMoments{0.5,
                           (1 + t.square) / 4,
                           t.square_slope / 16,
                           t.sech_fourth / 16,
                           t.sech_eighth / 256,
                           t.sech_fourth_slope / 64};
  };
  static constexpr auto kDerivativeProduct = [](double q, double c) {
    return sech_square_product(q / 4, c) / 16;
  };
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_SIGMOID_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_SIGMOID_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_SIGMOID_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_SIGMOID_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// With e = exp(-|z|): s(|z|) = 1 / (1 + e), s(-|z|) = e / (1 + e), s' = their product.
template <class T>
HWY_INLINE Activated<T> activated(activations::Sigmoid /*function*/, Vector<T> z,
                                  Vector<T> /*negative_slope*/) {
  const Tag<T> d;
  const auto one = hn::Set(d, T{1});
  const auto e = negative_exp<T>(hn::Or(z, hn::SignBit(d))).e;
  const auto large = hn::Div(one, hn::Add(one, e));
  const auto small = hn::Mul(e, large);
  return {hn::IfThenElse(hn::Lt(z, hn::Zero(d)), small, large),
          at_most<T>(T{0.25}, hn::Mul(small, large))};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
