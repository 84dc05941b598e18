// Starting values of weights and biases.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "net/parameter_layout.hpp"
#include "net/settings.hpp"

namespace plumb::net {

/// How a matrix of weights is drawn.
enum class Drawing {
  Normal,
  Uniform,     // on [-a, a], a^2 = 3 Var W
  Orthonormal  // columns or rows
};

/// What an initialiser is. One more needs its value in Init and its entry in initializers().
struct InitializerInfo {
  Init init;
  std::string_view name;     // in study files
  std::string_view formula;  // the distribution of weights and biases, for documents
  Drawing drawing;
  /// Var W; of an orthonormal matrix the mean square of its entries.
  double (*weight_variance)(const NetworkSettings& settings, const LayerShape& shape);
  /// Reads network.weight_variance and network.bias_variance; biases are 0 with all others.
  bool uses_variances = false;
  /// The square matrix between time steps is the identity: for recurrent networks only.
  bool is_identity_between_steps = false;
};

/// In the order in which users see them.
std::span<const InitializerInfo> initializers();

const InitializerInfo& info_of(Init init);

/// Var W of the settings' initialiser. The units a weight of a convolution ends in count
/// receptive_field times towards fan_out. In a recurrent cell W and U are layers of their own, and
/// W is multiplied by recurrent_gain.
double weight_variance(const NetworkSettings& settings, const LayerShape& shape);

/// Fills `block` (layout.block_size()). Numbers are keyed by (seed, layer, row) and drawn in
/// double, so they do not depend on who draws them, nor (up to rounding) on T.
template <class T>
void initialise(const NetworkSettings& settings, const ParameterLayout& layout, std::uint64_t seed,
                std::span<T> block);

}  // namespace plumb::net
