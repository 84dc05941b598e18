// Facts about each activation function that the fast kernel and the reference implementation share.
#pragma once

#include <algorithm>
#include <cmath>

#include "math/activations/activation_kernels.hpp"

namespace plumb::math {

/// The largest derivative the function can have.
inline double largest_derivative(Activation function, double negative_slope) noexcept {
  if (function == Activation::Sigmoid) return 0.25;
  if (function == Activation::LeakyRelu) return std::max(1.0, std::abs(negative_slope));
  return 1.0;
}

/// A unit whose derivative is smaller than this in size is saturated.
template <class T>
T saturation_threshold(Activation function, T negative_slope) noexcept {
  return static_cast<T>(0.01 * largest_derivative(function, static_cast<double>(negative_slope)));
}

}  // namespace plumb::math
