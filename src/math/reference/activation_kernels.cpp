// Reference implementation (a plain loop) of the activation kernels, evaluated in long double and
// rounded once.
#include <cmath>

#include "math/activations/activation_constants.hpp"
#include "math/activations/activation_kernels.hpp"

namespace plumb::math::reference {
namespace {

struct Activated {
  long double value;
  long double derivative;
};

Activated sigmoid(long double z) {
  const long double e = std::exp(-std::abs(z));
  const long double large = 1 / (1 + e);
  const long double small = e / (1 + e);
  return {z < 0 ? small : large, large * small};
}

Activated hyperbolic_tangent(long double z) {
  const long double e = std::exp(-2 * std::abs(z));
  return {std::tanh(z), 4 * e / ((1 + e) * (1 + e))};
}

Activated rectifier(long double z, long double slope) {
  if (z > 0) return {z, 1};
  return {slope == 0 ? 0 : slope * z, slope};
}

Activated activated(Activation function, long double z, long double slope) {
  if (std::isnan(z)) return {z, z};
  switch (function) {
    case Activation::Sigmoid:
      return sigmoid(z);
    case Activation::Tanh:
      return hyperbolic_tangent(z);
    case Activation::Relu:
      return rectifier(z, 0);
    case Activation::LeakyRelu:
      return rectifier(z, slope);
    case Activation::Linear:
      break;
  }
  return {z, 1};
}

}  // namespace

template <class T>
ActivationSums activate_measured(Activation function, T negative_slope,
                                 core::MatrixView<T> z_to_derivative, std::span<const T> bias,
                                 core::MatrixView<T> a, std::span<std::uint8_t> alive) {
  ActivationSums sums;
  const double pivot = activation_pivot(function);
  const T threshold = saturation_threshold(function, negative_slope);
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t u = 0; u < a.cols; ++u) {
      const T z = z_to_derivative(r, u) + bias[u];
      const Activated result = activated(function, z, negative_slope);
      a(r, u) = static_cast<T>(result.value);
      z_to_derivative(r, u) = static_cast<T>(result.derivative);
      const double deviation = static_cast<double>(a(r, u)) - pivot;
      sums.deviation += deviation;
      sums.deviation_squared += deviation * deviation;
      sums.saturated += std::abs(z_to_derivative(r, u)) < threshold ? 1 : 0;
      if (z_to_derivative(r, u) != 0) alive[u] = 1;
    }
  }
  return sums;
}

template ActivationSums activate_measured(Activation, float, core::MatrixView<float>,
                                          std::span<const float>, core::MatrixView<float>,
                                          std::span<std::uint8_t>);
template ActivationSums activate_measured(Activation, double, core::MatrixView<double>,
                                          std::span<const double>, core::MatrixView<double>,
                                          std::span<std::uint8_t>);

}  // namespace plumb::math::reference
