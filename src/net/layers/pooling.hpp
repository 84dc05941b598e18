// Pooling of 2x2 pixels with stride 2, after the activation of a convolution.
#pragma once

#include <cstddef>
#include <span>

#include "math/images/image_ops.hpp"
#include "net/layers/layer.hpp"

namespace plumb::net {

class PoolingLayer {
 public:
  /// kind: Max or Average.
  PoolingLayer(Pooling kind, const math::ImageShape& input) : kind_(kind), input_(input) {}

  /// Numbers per sample.
  [[nodiscard]] std::size_t entries() const { return input_.size(); }
  [[nodiscard]] std::size_t pooled_entries() const { return input_.pooled().size(); }

  /// Of one sample. image: (entries). pooled: (pooled_entries).
  template <class T>
  void forward(std::span<const T> image, std::span<T> pooled) const;
  /// What arrives at a pooled image, spread over the image before pooling. image: that went in.
  template <class T>
  void input_gradient(std::span<const T> image, std::span<const T> pooled_gradient,
                      std::span<T> gradient) const;

  /// For the gradient check: the changes `a` of an image, pooled in place, in a plain loop of its
  /// own. real: the image, which decides where a maximum lies.
  std::span<double> tangent(std::span<const double> real, std::span<double> a) const;

  /// How a gradient's square norm shrinks: four places get a quarter each, or one gets all.
  void mean_field(MeanFieldFactor& factor) const;

 private:
  Pooling kind_;
  math::ImageShape input_;
};

}  // namespace plumb::net
