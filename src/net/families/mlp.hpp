// Fully connected networks, with or without skip connections.
#pragma once

#include "net/families/family.hpp"

namespace plumb::net {

/// `depth` hidden layers a_l = phi(a_{l-1} W_l + b_l), plus a_{l-1} in residual networks from the
/// second one on; then the output layer.
extern const FamilyRecipe kMlp;

}  // namespace plumb::net
