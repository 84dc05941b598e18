// What a study says about a network, and the shape of what it is to be fitted to.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/names.hpp"
#include "math/activations/activation.hpp"

namespace plumb::net {

enum class Family { Mlp, Cnn, Rnn };
enum class Init { Glorot, He, Lecun, Scaled, UnitNormal, UnitUniform, Orthogonal, Identity };
enum class Pooling { Max, Average, None };
enum class Loss { SoftmaxCrossEntropy, SigmoidCrossEntropy, MeanSquaredError };

std::span<const core::Named<Family>> enum_names(Family);
std::span<const core::Named<Init>> enum_names(Init);
std::span<const core::Named<Pooling>> enum_names(Pooling);
std::span<const core::Named<Loss>> enum_names(Loss);

struct NetworkSettings {
  Family family = Family::Mlp;
  std::size_t depth = 10;   // hidden layers, >= 0 (mlp) or 1 (cnn); time steps, >= 1 (rnn)
  std::size_t width = 128;  // units per hidden layer; channels (cnn); state size (rnn); >= 1
  /// mlp, cnn: of each of the `depth` hidden layers, where a study gives them one by one; `width`
  /// is then the largest. Empty: all are `width`.
  std::vector<std::size_t> widths;
  math::Activation activation = math::Activation::Sigmoid;
  double negative_slope = 0.01;  // LeakyRelu
  Init init = Init::Glorot;
  double weight_variance = 1;  // Init::Scaled: Var W = weight_variance / fan_in
  double bias_variance = 0;    // Init::Scaled
  bool residual = false;       // mlp, cnn: a_l = a_{l-1} + phi(z_l) from the second layer on
  // cnn: `kernel` x `kernel` convolutions, zero padding, stride 1; pooling 2x2 after every
  // `pool_every`-th of them while the pooled image still holds a kernel.
  std::size_t kernel = 3;  // odd
  Pooling pooling = Pooling::Max;
  std::size_t pool_every = 2;
  double recurrent_gain = 1;  // rnn: factor of the initial W of h_t = phi(W h_{t-1} + U x_t + b)

  /// Of a hidden layer, 0 the first.
  [[nodiscard]] std::size_t width_of(std::size_t layer) const {
    return widths.empty() ? width : widths.at(layer);
  }
  [[nodiscard]] bool is_tapered() const;  // not all hidden layers have the same width
};

struct ProblemShape {
  std::size_t inputs = 0;   // input features per sample
  std::size_t classes = 0;  // outputs of the network; 1: a value is predicted
  // Image the inputs are, row by row and the channels of a pixel side by side; 0 x 0 when they are
  // none.
  std::size_t image_height = 0;
  std::size_t image_width = 0;
  std::size_t image_channels = 1;
};

}  // namespace plumb::net
