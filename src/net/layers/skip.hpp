// A skip connection: a layer's input is added to its output, a_l = a_{l-1} + phi(z_l).
#pragma once

#include <span>

#include "core/matrix_view.hpp"
#include "net/layers/layer.hpp"

namespace plumb::net {

class Skip {
 public:
  /// a += input.
  template <class T>
  static void forward(core::MatrixView<const T> input, core::MatrixView<T> a);

  /// What arrives from above also goes past the layer, before it is multiplied by phi'. It waits
  /// where it will go: the layer's input gradient is added to it. Where the stage below is pooled,
  /// it waits at the beginning of each sample's place. arrived: (samples, entries). below:
  /// (samples, entries of the stage below).
  template <class T>
  static void input_gradient(core::MatrixView<const T> arrived, core::MatrixView<T> below);

  /// For the gradient check: a += below.
  static void tangent(std::span<const double> below, std::span<double> a);

  static void mean_field(MeanFieldFactor& factor) { factor.skip = true; }
};

}  // namespace plumb::net
