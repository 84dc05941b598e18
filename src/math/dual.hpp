// Dual numbers: a value and its derivative, carried through every operation (forward-mode automatic
// differentiation). The gradient check is written in them; no fast kernel is.
#pragma once

#include <cmath>
#include <numbers>

namespace plumb::math {

/// value + tangent * epsilon with epsilon^2 = 0.
struct Dual {
  double value = 0;
  double tangent = 0;

  constexpr Dual() = default;
  constexpr Dual(double v, double t = 0) : value(v), tangent(t) {}  // NOLINT: a constant is a Dual
};

constexpr Dual operator-(Dual x) { return {-x.value, -x.tangent}; }
constexpr Dual operator+(Dual x, Dual y) { return {x.value + y.value, x.tangent + y.tangent}; }
constexpr Dual operator-(Dual x, Dual y) { return {x.value - y.value, x.tangent - y.tangent}; }
constexpr Dual operator*(Dual x, Dual y) {
  return {x.value * y.value, x.tangent * y.value + x.value * y.tangent};
}
constexpr Dual operator/(Dual x, Dual y) {
  const double ratio = x.value / y.value;
  return {ratio, (x.tangent - ratio * y.tangent) / y.value};
}

inline Dual exp(Dual x) {
  const double e = std::exp(x.value);
  return {e, x.tangent * e};
}
inline Dual expm1(Dual x) { return {std::expm1(x.value), x.tangent * std::exp(x.value)}; }
inline Dual log(Dual x) { return {std::log(x.value), x.tangent / x.value}; }
inline Dual log1p(Dual x) { return {std::log1p(x.value), x.tangent / (1 + x.value)}; }

/// tanh' = 1 / cosh^2, divided twice, as cosh^2 overflows where the quotient does not underflow.
inline Dual tanh(Dual x) {
  const double cosh = std::cosh(x.value);
  return {std::tanh(x.value), x.tangent / cosh / cosh};
}

/// 1 - erf(x), without cancellation for large x.
inline Dual erfc(Dual x) {
  const double slope = -2 * std::numbers::inv_sqrtpi * std::exp(-x.value * x.value);
  return {std::erfc(x.value), x.tangent * slope};
}

}  // namespace plumb::math
