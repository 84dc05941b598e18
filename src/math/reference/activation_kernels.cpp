// Reference implementation (a plain loop) of the activation kernels, evaluated in long double and
// rounded once.
#include <cmath>

#include "math/activations/activation_kernels.hpp"
#include "math/activations/activation_traits.hpp"

namespace plumb::math::reference {
template <class T>
ActivationSums activate_measured(Activation function, T negative_slope,
                                 core::MatrixView<T> z_to_derivative, std::span<const T> bias,
                                 core::MatrixView<T> a, std::span<std::uint8_t> alive) {
  ActivationSums sums;
  const ActivationTraits& traits = traits_of(function);
  const T threshold = saturation_threshold(function, negative_slope);
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t u = 0; u < a.cols; ++u) {
      const T z = z_to_derivative(r, u) + bias[u];
      const ActivationPoint result =
          std::isnan(z) ? ActivationPoint{z, z} : traits.reference(z, negative_slope);
      a(r, u) = static_cast<T>(result.value);
      z_to_derivative(r, u) = static_cast<T>(result.derivative);
      const double deviation = static_cast<double>(a(r, u)) - traits.value_at_zero;
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
