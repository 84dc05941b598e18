// The ten claims of the article, in its order, each in a file of its own.
#pragma once

#include <vector>

#include "claims/claim.hpp"

namespace plumb::claims {

Claim sigmoid_derivative();
Claim chain_vanishes();
Claim unit_normal_range();
Claim first_layer_slowest();
Claim small_gradients_zero();
Claim step_size();
Claim tanh_same_problem();
Claim relu_cures_and_dies();
Claim leak_vanishes();
Claim rnn_explodes();

std::vector<Claim> all_claims();

}  // namespace plumb::claims
