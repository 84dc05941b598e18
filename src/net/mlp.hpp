// A fully connected network: layer math on slices. Knows neither threads nor ranks: who calls it,
// for which slice and in which order of slices, is the trainer's business.
#pragma once

#include <cstdint>
#include <span>

#include "math/activation_kernels.hpp"
#include "net/parameter_layout.hpp"
#include "net/settings.hpp"
#include "net/slice.hpp"

namespace plumb::net {

math::Function to_function(Activation activation);

/// Layers 0 .. layers()-2 are hidden, the last is the linear output layer that the loss reads.
/// All methods are const and may run in many threads on different slices.
template <class T>
class Mlp {
 public:
  Mlp(const NetworkSettings& settings, Loss loss, std::size_t inputs, std::size_t classes);

  [[nodiscard]] const ParameterLayout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::size_t layers() const noexcept { return layout_.layers(); }

  /// a_l = phi(a_{l-1} W_l + b_l). When `alive` is not empty (fan_out bytes), also fills
  /// slice.layer_sums[layer].activation and marks units with a non-zero derivative.
  void forward_layer(std::size_t layer, std::span<const T> parameters, Slice<T>& slice,
                     std::span<std::uint8_t> alive) const;

  /// Loss and delta of the output layer into slice.loss_sums and slice.
  void evaluate_loss(Slice<T>& slice) const;

  /// From what arrived from above: delta_l, then dW_l = scale a_{l-1}^T delta_l (written, not
  /// added) and db_l = scale * column sums of delta_l, then what arrives at layer l-1.
  /// Fills slice.layer_sums[layer].delta. gradient_weights: (fan_in, fan_out), bias: (fan_out).
  void backward_layer(std::size_t layer, std::span<const T> parameters, T scale, Slice<T>& slice,
                      core::MatrixView<T> gradient_weights, std::span<T> gradient_bias) const;

  /// Floating point operations of one training step on `samples` samples: forward, dW, and dX of
  /// all layers but the first.
  [[nodiscard]] double step_flops(std::size_t samples) const;

 private:
  [[nodiscard]] math::Function function(std::size_t layer) const;

  ParameterLayout layout_;
  Activation activation_;
  T negative_slope_;
  Loss loss_;
};

}  // namespace plumb::net
