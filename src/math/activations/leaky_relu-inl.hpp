// z for z > 0, negative_slope * z otherwise; the derivative at 0 is the slope.
// Per-target header (see Highway's foreach_target.h): no #pragma once; the part that does not
// depend on the instruction set is read once.
#ifndef PLUMB_MATH_ACTIVATIONS_LEAKY_RELU_HPP
#define PLUMB_MATH_ACTIVATIONS_LEAKY_RELU_HPP

#include <algorithm>
#include <cmath>

#include "math/activations/activation_traits.hpp"
#include "math/activations/rectifier.hpp"

namespace plumb::math::activations {

struct LeakyRelu : Defaults {
  static constexpr Activation kActivation = Activation::LeakyRelu;
  static constexpr std::string_view kName = "leaky_relu";
  static constexpr bool kReadsNegativeSlope = true;
  static constexpr bool kIsHomogeneous = true;

  static double largest_derivative(double negative_slope) {
    return std::max(1.0, std::abs(negative_slope));
  }
  static double he_slope(double negative_slope) { return negative_slope; }

  static ActivationPoint reference(long double z, long double negative_slope) {
    return rectified(z, negative_slope);
  }

  static Dual dual(Dual z, double negative_slope, double seen) {
    return seen == 1 ? z : negative_slope * z;
  }

  static constexpr auto kGaussianMoments = [](double q, double negative_slope) {
    return rectifier_moments(negative_slope, q);
  };
};

}  // namespace plumb::math::activations

#endif  // read once

#if defined(PLUMB_MATH_ACTIVATIONS_LEAKY_RELU_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_LEAKY_RELU_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_LEAKY_RELU_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_LEAKY_RELU_INL_HPP
#endif

#include <hwy/highway.h>

#include "math/activations/simd_activated-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

template <class T>
HWY_INLINE Activated<T> activated(activations::LeakyRelu /*function*/, Vector<T> z,
                                  Vector<T> negative_slope) {
  const Tag<T> d;
  const auto closed = hn::Le(z, hn::Zero(d));
  const auto open_slope = hn::IfThenElse(hn::Gt(z, hn::Zero(d)), hn::Set(d, T{1}), z);
  return {hn::IfThenElse(closed, hn::Mul(negative_slope, z), z),
          hn::IfThenElse(closed, negative_slope, open_slope)};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
