#include "net/complex_step.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::net {
namespace {

using Complex = std::complex<double>;

Complex complex_sigmoid(Complex z) { return (1.0 + std::tanh(z / 2.0)) / 2.0; }

// log(1 + exp z), without overflow.
Complex complex_softplus(Complex z) {
  return z.real() > 0 ? z + std::log(1.0 + std::exp(-z)) : std::log(1.0 + std::exp(z));
}

Complex softmax_cross_entropy(std::span<const Complex> z, std::size_t label) {
  // Differences from the label's z first: of a nearly certain sample the imaginary parts would
  // cancel at the end.
  double largest = 0;
  for (const Complex& value : z) largest = std::max(largest, (value - z[label]).real());
  Complex sum = 0;
  for (const Complex& value : z) sum += std::exp(value - z[label] - largest);
  return std::log(sum) + largest;
}

}  // namespace

Complex complex_activation(math::Activation activation, double negative_slope, Complex z,
                           bool upper_side) {
  switch (activation) {
    case math::Activation::Sigmoid:
      return complex_sigmoid(z);
    case math::Activation::Tanh:
      return std::tanh(z);
    case math::Activation::Relu:
      return upper_side ? z : Complex(0);
    case math::Activation::LeakyRelu:
      return upper_side ? z : negative_slope * z;
    case math::Activation::Linear:
      return z;
  }
  return z;
}

Complex complex_loss(Loss loss, std::span<const Complex> z, double target) {
  if (z.size() == 1) return (z[0] - target) * (z[0] - target) / 2.0;
  const auto label = static_cast<std::size_t>(target);
  if (loss == Loss::SoftmaxCrossEntropy) return softmax_cross_entropy(z, label);
  Complex sum = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    if (loss == Loss::SigmoidCrossEntropy) {
      sum += complex_softplus(k == label ? -z[k] : z[k]);
    } else {
      const Complex difference = k == label ? z[k] - 1.0 : z[k];
      sum += difference * difference / 2.0;
    }
  }
  return sum;
}

}  // namespace plumb::net
