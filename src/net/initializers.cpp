#include "net/initializers.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/random.hpp"
#include "math/activations/activation_traits.hpp"
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

/// One tensor of weights as it is drawn.
template <class T>
struct Part {
  std::size_t layer;
  std::size_t first_row;  // in the matrix of the layer
  LayerShape shape;
  core::MatrixView<T> weights;
};

template <class T>
void draw_independent(const NetworkSettings& settings, std::uint64_t seed, const Part<T>& part) {
  const double variance = weight_variance(settings, part.shape);
  const double deviation = std::sqrt(variance);
  const double limit = std::sqrt(3 * variance);  // U[-limit, limit] has variance limit^2 / 3
  const bool is_uniform = info_of(settings.init).drawing == Drawing::Uniform;
  for (std::size_t row = 0; row < part.weights.rows; ++row) {
    RandomStream random = stream(seed, part.layer, part.first_row + row);
    for (T& weight : part.weights.row(row)) {
      weight =
          static_cast<T>(is_uniform ? random.uniform(-limit, limit) : deviation * random.normal());
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
void set_identity(core::MatrixView<T> weights) {
  for (std::size_t i = 0; i < weights.rows; ++i) weights(i, i) = T{1};
}

template <class T>
void draw_weights(const NetworkSettings& settings, std::uint64_t seed, const Part<T>& part) {
  if (info_of(settings.init).drawing == Drawing::Orthonormal) return draw_orthogonal(seed, part);
  draw_independent(settings, seed, part);
}

template <class T>
void draw_recurrent(const NetworkSettings& settings, std::uint64_t seed, const Part<T>& part) {
  if (info_of(settings.init).is_identity_between_steps) {
    set_identity(part.weights);
  } else {
    draw_weights(settings, seed, part);
  }
  for (T& weight : part.weights.span()) weight *= static_cast<T>(settings.recurrent_gain);
}

template <class T>
void draw_biases(const NetworkSettings& settings, std::uint64_t seed, std::size_t layer,
                 std::span<T> biases) {
  if (!info_of(settings.init).uses_variances) return;
  RandomStream random = stream(seed, layer, kBiasRow);
  const double deviation = std::sqrt(settings.bias_variance);
  for (T& bias : biases) bias = static_cast<T>(deviation * random.normal());
}

/// Tensors of weights lie one below the other in the matrix of their layer.
template <class T>
void initialise_layer(const NetworkSettings& settings, const ParameterLayout& layout,
                      std::uint64_t seed, std::size_t layer, std::span<T> block) {
  std::size_t row = 0;
  for (const Tensor& tensor : layout.tensors(layer)) {
    const std::span<T> values = block.subspan(tensor.offset, tensor.count());
    const LayerShape shape{tensor.shape.front(), tensor.shape.back(), tensor.receptive_field};
    const Part<T> part{layer, row, shape, {values.data(), shape.fan_in, shape.fan_out}};
    switch (tensor.role) {
      case TensorRole::Weight:
        draw_weights(settings, seed, part);
        break;
      case TensorRole::RecurrentWeight:
        draw_recurrent(settings, seed, part);
        break;
      case TensorRole::Bias:
        draw_biases(settings, seed, layer, values);
        break;
    }
    row += shape.fan_in;
  }
}

/// The units that a layer's inputs end in.
double spread(const LayerShape& shape) {
  return static_cast<double>(shape.fan_out * shape.receptive_field);
}
double inputs(const LayerShape& shape) { return static_cast<double>(shape.fan_in); }

/// Glorot and Bengio 2010, eq. 16.
double glorot(const NetworkSettings&, const LayerShape& shape) {
  return 2 / (inputs(shape) + spread(shape));
}
/// He et al. 2015, eq. 15, with the slope that the activation asks for.
double he(const NetworkSettings& settings, const LayerShape& shape) {
  const double slope = math::traits_of(settings.activation).he_slope(settings.negative_slope);
  return 2 / ((1 + slope * slope) * inputs(shape));
}
/// LeCun et al. 1998.
double lecun(const NetworkSettings&, const LayerShape& shape) { return 1 / inputs(shape); }
double scaled(const NetworkSettings& settings, const LayerShape& shape) {
  return settings.weight_variance / inputs(shape);
}
double unit_normal(const NetworkSettings&, const LayerShape&) { return 1; }
double unit_uniform(const NetworkSettings&, const LayerShape&) { return 1.0 / 3; }
/// Saxe et al. 2014.
double orthogonal(const NetworkSettings&, const LayerShape& shape) {
  return 1 / std::max(inputs(shape), static_cast<double>(shape.fan_out));
}

constexpr InitializerInfo kInitializers[] = {
    {Init::Glorot, "glorot", "uniform, variance 2 / (fan_in + fan_out)", Drawing::Uniform, glorot},
    {Init::He, "he",
     "normal, variance 2 / fan_in; for `leaky_relu` of slope a, 2 / ((1 + a^2) fan_in)",
     Drawing::Normal, he},
    {Init::Lecun, "lecun", "normal, variance 1 / fan_in", Drawing::Normal, lecun},
    {.init = Init::Scaled,
     .name = "scaled",
     .formula = "N(0, sigma_w^2 / fan_in), biases N(0, sigma_b^2)",
     .drawing = Drawing::Normal,
     .weight_variance = scaled,
     .uses_variances = true},
    {Init::UnitNormal, "unit_normal", "N(0, 1)", Drawing::Normal, unit_normal},
    {Init::UnitUniform, "unit_uniform", "U[-1, 1]", Drawing::Uniform, unit_uniform},
    {Init::Orthogonal, "orthogonal", "a random matrix with orthonormal columns or rows",
     Drawing::Orthonormal, orthogonal},
    // Le et al. 2015.
    {.init = Init::Identity,
     .name = "identity",
     .formula =
         "`rnn` only: W the identity matrix (times `recurrent_gain`), U and the output layer "
         "as `lecun`",
     .drawing = Drawing::Normal,
     .weight_variance = lecun,
     .is_identity_between_steps = true},
};

std::vector<core::Named<Init>> all_names() {
  std::vector<core::Named<Init>> names;
  for (const InitializerInfo& info : kInitializers) names.push_back({info.init, info.name});
  return names;
}

}  // namespace

std::span<const InitializerInfo> initializers() { return kInitializers; }

const InitializerInfo& info_of(Init init) {
  for (const InitializerInfo& info : kInitializers) {
    if (info.init == init) return info;
  }
  throw std::logic_error("an initialiser is missing in the table of initialisers");
}

std::span<const core::Named<Init>> enum_names(Init) {
  static const std::vector<core::Named<Init>> names = all_names();
  return names;
}

double weight_variance(const NetworkSettings& settings, const LayerShape& shape) {
  return info_of(settings.init).weight_variance(settings, shape);
}

template <class T>
void initialise(const NetworkSettings& settings, const ParameterLayout& layout, std::uint64_t seed,
                std::span<T> block) {
  std::fill(block.begin(), block.end(), T{0});
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    initialise_layer(settings, layout, seed, layer, block);
  }
}

template void initialise(const NetworkSettings&, const ParameterLayout&, std::uint64_t,
                         std::span<float>);
template void initialise(const NetworkSettings&, const ParameterLayout&, std::uint64_t,
                         std::span<double>);

}  // namespace plumb::net
