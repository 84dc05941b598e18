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

inline std::vector<Claim> all_claims() {
  return {sigmoid_derivative(),   chain_vanishes(), unit_normal_range(), first_layer_slowest(),
          small_gradients_zero(), step_size(),      tanh_same_problem(), relu_cures_and_dies(),
          leak_vanishes(),        rnn_explodes()};
}

}  // namespace plumb::claims
