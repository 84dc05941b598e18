// Recurrent networks that read their input in `depth` time steps and answer after the last.
#pragma once

#include "net/families/family.hpp"

namespace plumb::net {

/// Group 0 is the recurrent step, with one stage for each time step; group 1 is the output layer,
/// which reads the last state.
extern const FamilyRecipe kRnn;

}  // namespace plumb::net
