#include "net/initializers.hpp"

#include <cmath>

#include "core/aligned_buffer.hpp"
#include "core/random.hpp"
#include "math/orthogonal.hpp"

namespace plumb::net {
namespace {

using core::Purpose;
using core::RandomStream;

// A row index no weight matrix has: the stream of the layer's biases.
constexpr std::uint64_t kBiasRow = 0xffffffffU;

RandomStream stream(std::uint64_t seed, std::size_t layer, std::uint64_t row) {
  return {seed, Purpose::Weights, (static_cast<std::uint64_t>(layer) << 32U) | row};
}

bool draws_uniform(Init init) { return init == Init::Glorot || init == Init::UnitUniform; }

/// Part of a layer's weights: whole, or one of the two matrices of a recurrent cell.
template <class T>
struct Part {
  std::size_t layer;
  std::size_t first_row;  // of the layer's weights
  LayerShape shape;
  core::MatrixView<T> weights;
};

template <class T>
void draw_independent(const NetworkSettings& settings, std::uint64_t seed, const Part<T>& part) {
  const double variance = weight_variance(settings, part.shape);
  const double deviation = std::sqrt(variance);
  const double limit = std::sqrt(3 * variance);  // U[-limit, limit] has variance limit^2 / 3
  for (std::size_t row = 0; row < part.weights.rows; ++row) {
    RandomStream random = stream(seed, part.layer, part.first_row + row);
    for (T& weight : part.weights.row(row)) {
      weight = static_cast<T>(draws_uniform(settings.init) ? random.uniform(-limit, limit)
                                                           : deviation * random.normal());
    }
  }
}

template <class T>
void draw_orthogonal(std::uint64_t seed, const Part<T>& part) {
  const core::MatrixView<T>& weights = part.weights;
  core::AlignedBuffer<double> buffer(weights.size());
  const core::MatrixView<double> matrix{buffer.data(), weights.rows, weights.cols};
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    RandomStream random = stream(seed, part.layer, part.first_row + row);
    for (double& value : matrix.row(row)) value = random.normal();
  }
  math::orthonormalise(matrix);
  for (std::size_t i = 0; i < matrix.size(); ++i) weights.data[i] = static_cast<T>(buffer[i]);
}

template <class T>
void draw_weights(const NetworkSettings& settings, std::uint64_t seed, const Part<T>& part) {
  if (settings.init == Init::Orthogonal) return draw_orthogonal(seed, part);
  draw_independent(settings, seed, part);
}

/// W above U, see rnn.hpp.
template <class T>
void draw_cell(const NetworkSettings& settings, std::uint64_t seed, core::MatrixView<T> cell) {
  const std::size_t width = settings.width;
  const std::size_t inputs = cell.rows - width;
  const core::MatrixView<T> recurrent{cell.data, width, width};
  if (settings.init == Init::Identity) {
    for (std::size_t i = 0; i < width; ++i) recurrent(i, i) = T{1};
  } else {
    draw_weights<T>(settings, seed, {0, 0, {width, width}, recurrent});
  }
  for (T& weight : recurrent.span()) weight *= static_cast<T>(settings.recurrent_gain);
  draw_weights<T>(settings, seed,
                  {0, width, {inputs, width}, {cell.row(width).data(), inputs, width}});
}

}  // namespace

double weight_variance(const NetworkSettings& settings, const LayerShape& shape) {
  const auto fan_in = static_cast<double>(shape.fan_in);
  const auto fan_out = static_cast<double>(shape.fan_out * shape.receptive_field);
  const double slope =
      settings.activation == math::Activation::LeakyRelu ? settings.negative_slope : 0.0;
  switch (settings.init) {
    case Init::Glorot:
      return 2 / (fan_in + fan_out);
    case Init::He:
      return 2 / ((1 + slope * slope) * fan_in);
    case Init::Lecun:
      return 1 / fan_in;
    case Init::Scaled:
      return settings.weight_variance / fan_in;
    case Init::UnitNormal:
      return 1;
    case Init::UnitUniform:
      return 1.0 / 3;
    case Init::Orthogonal:
      return 1 / std::max(fan_in, static_cast<double>(shape.fan_out));
    case Init::Identity:
      return 1 / fan_in;
  }
  return 0;
}

template <class T>
void initialise(const NetworkSettings& settings, const ParameterLayout& layout, std::uint64_t seed,
                std::span<T> block) {
  std::fill(block.begin(), block.end(), T{0});
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    const core::MatrixView<T> weights = layout.weights(block, layer);
    if (settings.family == Family::Rnn && layer == 0) {
      draw_cell<T>(settings, seed, weights);
    } else {
      draw_weights<T>(settings, seed, {layer, 0, layout.shape(layer), weights});
    }
    if (settings.init != Init::Scaled) continue;
    RandomStream random = stream(seed, layer, kBiasRow);
    const double deviation = std::sqrt(settings.bias_variance);
    for (T& bias : layout.bias(block, layer)) bias = static_cast<T>(deviation * random.normal());
  }
}

template void initialise(const NetworkSettings&, const ParameterLayout&, std::uint64_t,
                         std::span<float>);
template void initialise(const NetworkSettings&, const ParameterLayout&, std::uint64_t,
                         std::span<double>);

}  // namespace plumb::net
