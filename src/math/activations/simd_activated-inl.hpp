// Value and derivative of an activation function, for one vector of pre-activations. Every function
// overloads, in its own file,
//   Activated<T> activated(activations::Name, Vector<T> z, Vector<T> negative_slope)
// where NaN in gives NaN out, in both.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_ACTIVATIONS_SIMD_ACTIVATED_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_ACTIVATIONS_SIMD_ACTIVATED_INL_HPP
#undef PLUMB_MATH_ACTIVATIONS_SIMD_ACTIVATED_INL_HPP
#else
#define PLUMB_MATH_ACTIVATIONS_SIMD_ACTIVATED_INL_HPP
#endif

#include <hwy/highway.h>

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

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
