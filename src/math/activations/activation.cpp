#include "math/activations/activation.hpp"

namespace plumb::math {
namespace {

constexpr core::Named<Activation> kActivations[] = {{Activation::Sigmoid, "sigmoid"},
                                                    {Activation::Tanh, "tanh"},
                                                    {Activation::Relu, "relu"},
                                                    {Activation::LeakyRelu, "leaky_relu"},
                                                    {Activation::Linear, "linear"}};

}  // namespace

std::span<const core::Named<Activation>> enum_names(Activation) { return kActivations; }

}  // namespace plumb::math
