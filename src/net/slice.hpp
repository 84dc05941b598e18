// The memory of one slice: a fixed number of samples on their way through the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/matrix_view.hpp"
#include "math/activation_kernels.hpp"
#include "math/square_sum.hpp"
#include "net/losses.hpp"
#include "net/parameter_layout.hpp"

namespace plumb::net {

/// Sums over one slice's samples and one layer's units.
struct SliceLayerSums {
  math::ActivationSums activation;
  math::SquareSum delta;
};

template <class T>
class Slice {
 public:
  /// Room for `samples` samples of a network with these layers.
  Slice(const ParameterLayout& layout, std::size_t samples);

  /// Uses only the first `samples` of them (the last block of a test split may be short).
  void shorten(std::size_t samples) { samples_ = samples; }
  [[nodiscard]] std::size_t samples() const noexcept { return samples_; }

  [[nodiscard]] core::MatrixView<T> input() { return {input_.data(), samples_, inputs_}; }
  [[nodiscard]] std::span<std::int32_t> labels() { return {labels_.data(), samples_}; }
  /// phi(z_l): (samples, fan_out of layer)
  [[nodiscard]] core::MatrixView<T> activation(std::size_t layer) {
    return {activations_[layer].data(), samples_, units_[layer]};
  }
  /// What layer l is fed with: the input, or the activation of the layer below.
  [[nodiscard]] core::MatrixView<T> input_of(std::size_t layer) {
    return layer == 0 ? input() : activation(layer - 1);
  }
  /// z_l, then phi'(z_l): (samples, fan_out); of the output layer: the loss's delta.
  [[nodiscard]] core::MatrixView<T> derivative(std::size_t layer) {
    return {derivatives_[layer].data(), samples_, units_[layer]};
  }
  /// delta_l, or what arrives at layer l from above before it is multiplied by phi'.
  /// Two buffers take turns: the deltas of layers l and l+1 are alive at the same time.
  [[nodiscard]] core::MatrixView<T> delta(std::size_t layer) {
    return {deltas_[layer % 2].data(), samples_, units_[layer]};
  }

  std::vector<SliceLayerSums> layer_sums;
  LossSums loss_sums;

 private:
  std::size_t samples_;
  std::size_t inputs_;
  std::vector<std::size_t> units_;
  core::AlignedBuffer<T> input_;
  std::vector<std::int32_t> labels_;
  std::vector<core::AlignedBuffer<T>> activations_;
  std::vector<core::AlignedBuffer<T>> derivatives_;
  core::AlignedBuffer<T> deltas_[2];
};

template <class T>
Slice<T>::Slice(const ParameterLayout& layout, std::size_t samples)
    : layer_sums(layout.layers()),
      samples_(samples),
      inputs_(layout.shape(0).fan_in),
      input_(samples * inputs_),
      labels_(samples) {
  std::size_t widest = 0;
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    const std::size_t units = layout.shape(layer).fan_out;
    units_.push_back(units);
    activations_.emplace_back(samples * units);
    derivatives_.emplace_back(samples * units);
    widest = std::max(widest, units);
  }
  for (auto& delta : deltas_) delta = core::AlignedBuffer<T>(samples * widest);
}

}  // namespace plumb::net
