// What a study says about a network.
#pragma once

#include <cstddef>

namespace plumb::net {

enum class Family { Mlp };
enum class Activation { Sigmoid, Tanh, Relu, LeakyRelu, Linear };
enum class Init { Glorot, He, Lecun, Scaled, UnitNormal, UnitUniform, Orthogonal };
enum class Loss { SoftmaxCrossEntropy, SigmoidCrossEntropy, MeanSquaredError };

struct NetworkSettings {
  Family family = Family::Mlp;
  std::size_t depth = 10;   // hidden layers, >= 1
  std::size_t width = 128;  // units per hidden layer, >= 1
  Activation activation = Activation::Sigmoid;
  double negative_slope = 0.01;  // LeakyRelu
  Init init = Init::Glorot;
  double weight_variance = 1;  // Init::Scaled: Var W = weight_variance / fan_in
  double bias_variance = 0;    // Init::Scaled
};

}  // namespace plumb::net
