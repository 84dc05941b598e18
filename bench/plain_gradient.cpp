#include "bench/plain_gradient.hpp"

#include <algorithm>
#include <cmath>

#include "math/gemm/gemm.hpp"

namespace plumb::bench {
namespace {

using core::MatrixView;
using math::Op;
using Matrix = std::vector<double>;

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// Activations of all hidden layers and the output layer's pre-activations, each (batch, fan_out).
std::vector<Matrix> forward(const net::ParameterLayout& layout, std::span<const double> parameters,
                            MatrixView<const double> x) {
  std::vector<Matrix> activations;
  MatrixView<const double> input = x;
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    const auto bias = layout.bias(parameters, l);
    Matrix& z = activations.emplace_back(x.rows * bias.size());
    const MatrixView<double> view = {z.data(), x.rows, bias.size()};
    math::gemm<double>(Op::None, Op::None, 1, input, layout.weights(parameters, l), 0, view);
    for (std::size_t i = 0; i < z.size(); ++i) {
      z[i] += bias[i % bias.size()];
      if (l + 1 < layout.layers()) z[i] = sigmoid(z[i]);
    }
    input = view;
  }
  return activations;
}

/// (softmax(z) - one-hot) / batch
Matrix output_delta(const Matrix& z, std::span<const double> targets) {
  const std::size_t classes = z.size() / targets.size();
  Matrix delta(z.size());
  for (std::size_t sample = 0; sample < targets.size(); ++sample) {
    const double* row = z.data() + sample * classes;
    const double largest = *std::max_element(row, row + classes);
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k) sum += std::exp(row[k] - largest);
    for (std::size_t k = 0; k < classes; ++k) {
      const double target = k == static_cast<std::size_t>(targets[sample]) ? 1 : 0;
      delta[sample * classes + k] =
          (std::exp(row[k] - largest) / sum - target) / static_cast<double>(targets.size());
    }
  }
  return delta;
}

}  // namespace

std::vector<double> plain_gradient(const net::ParameterLayout& layout,
                                   std::span<const double> parameters, MatrixView<const double> x,
                                   std::span<const double> targets) {
  const std::vector<Matrix> activations = forward(layout, parameters, x);
  std::vector<double> gradient(layout.block_size());
  Matrix delta = output_delta(activations.back(), targets);
  for (std::size_t l = layout.layers(); l-- > 0;) {
    const std::size_t fan_in = layout.shape(l).fan_in;
    const std::size_t fan_out = layout.shape(l).fan_out;
    const MatrixView<const double> delta_view = {delta.data(), x.rows, fan_out};
    const MatrixView<const double> input =
        l == 0 ? x : MatrixView<const double>{activations[l - 1].data(), x.rows, fan_in};
    math::gemm<double>(Op::Transpose, Op::None, 1, input, delta_view, 0,
                       layout.weights(std::span(gradient), l));
    const auto bias = layout.bias(std::span(gradient), l);
    for (std::size_t i = 0; i < delta.size(); ++i) bias[i % fan_out] += delta[i];
    if (l == 0) break;
    Matrix below(x.rows * fan_in);
    math::gemm<double>(Op::None, Op::Transpose, 1, delta_view, layout.weights(parameters, l), 0,
                       {below.data(), x.rows, fan_in});
    for (std::size_t i = 0; i < below.size(); ++i) {
      const double a = activations[l - 1][i];
      below[i] *= a * (1 - a);
    }
    delta = std::move(below);
  }
  return gradient;
}

}  // namespace plumb::bench
