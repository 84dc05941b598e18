// Losses in dual numbers, for the gradient check only. Plain loops, no code shared with the fast
// path.
#pragma once

#include <span>

#include "math/dual.hpp"
#include "net/settings.hpp"

namespace plumb::net {

/// Loss of one sample with pre-activations z; target as in evaluate_loss.
math::Dual dual_loss(Loss loss, std::span<const math::Dual> z, double target);

}  // namespace plumb::net
