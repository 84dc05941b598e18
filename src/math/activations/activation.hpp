// Which activation functions there are, and what users call them.
#pragma once

#include <span>

#include "core/names.hpp"

namespace plumb::math {

enum class Activation {
  Sigmoid,
  Tanh,
  Relu,
  LeakyRelu,
  Linear,
  Gelu,
  Silu,
  Elu,
  Selu,
  Softplus,
  Softsign,
  Erf,
  HardTanh
};

std::span<const core::Named<Activation>> enum_names(Activation);

}  // namespace plumb::math
