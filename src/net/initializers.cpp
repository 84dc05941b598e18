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

template <class T>
void draw_weights(const NetworkSettings& settings, std::uint64_t seed, std::size_t layer,
                  core::MatrixView<T> weights) {
  const double variance = weight_variance(settings, {weights.rows, weights.cols});
  const double deviation = std::sqrt(variance);
  const double limit = std::sqrt(3 * variance);  // U[-limit, limit] has variance limit^2 / 3
  for (std::size_t row = 0; row < weights.rows; ++row) {
    RandomStream random = stream(seed, layer, row);
    for (T& weight : weights.row(row)) {
      weight = static_cast<T>(draws_uniform(settings.init) ? random.uniform(-limit, limit)
                                                           : deviation * random.normal());
    }
  }
}

template <class T>
void draw_orthogonal(std::uint64_t seed, std::size_t layer, core::MatrixView<T> weights) {
  core::AlignedBuffer<double> buffer(weights.size());
  const core::MatrixView<double> matrix{buffer.data(), weights.rows, weights.cols};
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    RandomStream random = stream(seed, layer, row);
    for (double& value : matrix.row(row)) value = random.normal();
  }
  math::orthonormalise(matrix);
  for (std::size_t i = 0; i < matrix.size(); ++i) weights.data[i] = static_cast<T>(buffer[i]);
}

}  // namespace

double weight_variance(const NetworkSettings& settings, const LayerShape& shape) {
  const auto fan_in = static_cast<double>(shape.fan_in);
  const auto fan_out = static_cast<double>(shape.fan_out);
  const double slope = settings.activation == Activation::LeakyRelu ? settings.negative_slope : 0.0;
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
      return 1 / std::max(fan_in, fan_out);
  }
  return 0;
}

template <class T>
void initialise(const NetworkSettings& settings, const ParameterLayout& layout, std::uint64_t seed,
                std::span<T> block) {
  std::fill(block.begin(), block.end(), T{0});
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    if (settings.init == Init::Orthogonal) {
      draw_orthogonal(seed, layer, layout.weights(block, layer));
    } else {
      draw_weights(settings, seed, layer, layout.weights(block, layer));
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
