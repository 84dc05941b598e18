#include "net/mlp.hpp"

#include "math/gemm.hpp"
#include "math/vector_kernels.hpp"

namespace plumb::net {

using core::MatrixView;
using math::Op;

namespace {

// Products with subnormal operands are about a hundred times slower on today's CPUs, and deep
// sigmoid networks have a dozen layers of them. Flushing them to zero would falsify the very
// gradients this program measures. So a delta this small is lifted by a power of two, which is
// exact, and the factor is taken back in the product's alpha, where the result is rounded once.
template <class T>
struct SubnormalLift;
template <>
struct SubnormalLift<float> {
  static constexpr double kThreshold = 0x1p-80;
  static constexpr float kFactor = 0x1p80F;
};
template <>
struct SubnormalLift<double> {
  static constexpr double kThreshold = 0x1p-900;
  static constexpr double kFactor = 0x1p200;
};

/// Returns the factor that delta was multiplied by: 1, or kFactor when its norm is tiny.
template <class T>
T lift_from_subnormal(double norm, MatrixView<T> delta) {
  using Lift = SubnormalLift<T>;
  if (norm == 0 || !(norm < Lift::kThreshold)) return T{1};
  for (T& value : delta.span()) value *= Lift::kFactor;
  return Lift::kFactor;
}

}  // namespace

math::Function to_function(Activation activation) {
  switch (activation) {
    case Activation::Sigmoid:
      return math::Function::Sigmoid;
    case Activation::Tanh:
      return math::Function::Tanh;
    case Activation::Relu:
      return math::Function::Relu;
    case Activation::LeakyRelu:
      return math::Function::LeakyRelu;
    case Activation::Linear:
      return math::Function::Linear;
  }
  return math::Function::Linear;
}

template <class T>
Mlp<T>::Mlp(const NetworkSettings& settings, Loss loss, std::size_t inputs, std::size_t classes)
    : layout_(mlp_shapes(settings, inputs, classes)),
      activation_(settings.activation),
      negative_slope_(static_cast<T>(settings.negative_slope)),
      loss_(loss) {}

template <class T>
math::Function Mlp<T>::function(std::size_t layer) const {
  return layer + 1 == layers() ? math::Function::Linear : to_function(activation_);
}

template <class T>
void Mlp<T>::forward_layer(std::size_t layer, std::span<const T> parameters, Slice<T>& slice,
                           std::span<std::uint8_t> alive) const {
  const MatrixView<T> z = slice.derivative(layer);
  const MatrixView<T> a = slice.activation(layer);
  const std::span<const T> bias = layout_.bias(parameters, layer);
  math::gemm<T>(Op::None, Op::None, T{1}, slice.input_of(layer), layout_.weights(parameters, layer),
                T{0}, z);
  if (alive.empty()) {
    math::activate<T>(function(layer), negative_slope_, z, bias, a);
  } else {
    slice.layer_sums[layer].activation =
        math::activate_measured<T>(function(layer), negative_slope_, z, bias, a, alive);
  }
}

template <class T>
void Mlp<T>::evaluate_loss(Slice<T>& slice) const {
  const std::size_t output = layers() - 1;
  slice.loss_sums = net::evaluate_loss<T>(loss_, slice.activation(output), slice.labels(),
                                          slice.derivative(output));
}

template <class T>
void Mlp<T>::backward_layer(std::size_t layer, std::span<const T> parameters, T scale,
                            Slice<T>& slice, MatrixView<T> gradient_weights,
                            std::span<T> gradient_bias) const {
  const bool is_output = layer + 1 == layers();
  const MatrixView<T> delta = is_output ? slice.derivative(layer) : slice.delta(layer);
  slice.layer_sums[layer].delta =
      is_output ? math::sum_delta<T>(delta, scale, gradient_bias)
                : math::scale_delta<T>(slice.derivative(layer), scale, delta, gradient_bias);
  const T drop = T{1} / lift_from_subnormal<T>(slice.layer_sums[layer].delta.norm(), delta);
  math::gemm<T>(Op::Transpose, Op::None, scale * drop, slice.input_of(layer), delta, T{0},
                gradient_weights);
  if (layer == 0) return;
  math::gemm<T>(Op::None, Op::Transpose, drop, delta, layout_.weights(parameters, layer), T{0},
                slice.delta(layer - 1));
}

template <class T>
double Mlp<T>::step_flops(std::size_t samples) const {
  double multiply_adds = 0;
  for (std::size_t layer = 0; layer < layers(); ++layer) {
    const double products = layer == 0 ? 2 : 3;
    multiply_adds += products * static_cast<double>(layout_.shape(layer).weights());
  }
  return 2 * multiply_adds * static_cast<double>(samples);
}

template class Mlp<float>;
template class Mlp<double>;

}  // namespace plumb::net
