// All activation functions, in the order of enum Activation, which is also the one in which users
// see them. To add one: its name in activation.hpp, its own file, and two lines here.
#include "math/activations/elu-inl.hpp"
#include "math/activations/erf-inl.hpp"
#include "math/activations/gelu-inl.hpp"
#include "math/activations/hard_tanh-inl.hpp"
#include "math/activations/leaky_relu-inl.hpp"
#include "math/activations/linear-inl.hpp"
#include "math/activations/relu-inl.hpp"
#include "math/activations/selu-inl.hpp"
#include "math/activations/sigmoid-inl.hpp"
#include "math/activations/silu-inl.hpp"
#include "math/activations/softplus-inl.hpp"
#include "math/activations/softsign-inl.hpp"
#include "math/activations/tanh-inl.hpp"

#ifndef PLUMB_MATH_ACTIVATIONS_ACTIVATION_LIST_HPP
#define PLUMB_MATH_ACTIVATIONS_ACTIVATION_LIST_HPP

namespace plumb::math {

using AllActivations = activations::List<activations::Sigmoid,    //
                                         activations::Tanh,       //
                                         activations::Relu,       //
                                         activations::LeakyRelu,  //
                                         activations::Linear,     //
                                         activations::Gelu,       //
                                         activations::Silu,       //
                                         activations::Elu,        //
                                         activations::Selu,       //
                                         activations::Softplus,   //
                                         activations::Softsign,   //
                                         activations::Erf,        //
                                         activations::HardTanh>;

}  // namespace plumb::math

#endif  // read once
