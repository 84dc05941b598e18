// Where each layer's weights and biases lie in one flat block.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/matrix_view.hpp"
#include "net/settings.hpp"

namespace plumb::net {

struct LayerShape {
  std::size_t fan_in = 0;
  std::size_t fan_out = 0;
  std::size_t receptive_field = 1;  // places a weight's unit looks at: kernel^2 of a convolution

  [[nodiscard]] std::size_t weights() const noexcept { return fan_in * fan_out; }
  [[nodiscard]] std::size_t parameters() const noexcept { return weights() + fan_out; }
};

/// The layers of a fully connected network: `depth` hidden layers and the output layer.
std::vector<LayerShape> mlp_shapes(const NetworkSettings& settings, std::size_t inputs,
                                   std::size_t classes);

/// W1, b1, W2, b2, ... in one block; W: (fan_in, fan_out). Every part starts on a cache line, the
/// gaps hold zeros and stay zero. Parameters, gradients and velocities share this layout.
class ParameterLayout {
 public:
  explicit ParameterLayout(std::vector<LayerShape> shapes);

  [[nodiscard]] std::size_t layers() const noexcept { return shapes_.size(); }
  [[nodiscard]] const LayerShape& shape(std::size_t layer) const { return shapes_[layer]; }
  /// Elements of the block, gaps included.
  [[nodiscard]] std::size_t block_size() const noexcept { return block_size_; }
  /// Weights and biases, gaps excluded.
  [[nodiscard]] std::size_t parameters() const noexcept { return parameters_; }
  [[nodiscard]] std::size_t weights_offset(std::size_t layer) const {
    return offsets_[layer].weights;
  }
  [[nodiscard]] std::size_t bias_offset(std::size_t layer) const { return offsets_[layer].bias; }

  template <class T>
  [[nodiscard]] core::MatrixView<T> weights(std::span<T> block, std::size_t layer) const {
    return {block.data() + weights_offset(layer), shape(layer).fan_in, shape(layer).fan_out};
  }
  template <class T>
  [[nodiscard]] std::span<T> bias(std::span<T> block, std::size_t layer) const {
    return block.subspan(bias_offset(layer), shape(layer).fan_out);
  }

 private:
  struct Offsets {
    std::size_t weights;
    std::size_t bias;
  };
  std::vector<LayerShape> shapes_;
  std::vector<Offsets> offsets_;
  std::size_t block_size_ = 0;
  std::size_t parameters_ = 0;
};

}  // namespace plumb::net
