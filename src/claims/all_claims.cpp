#include "claims/all_claims.hpp"

namespace plumb::claims {

std::vector<Claim> all_claims() {
  return {sigmoid_derivative(),   chain_vanishes(), unit_normal_range(), first_layer_slowest(),
          small_gradients_zero(), step_size(),      tanh_same_problem(), relu_cures_and_dies(),
          leak_vanishes(),        rnn_explodes()};
}

}  // namespace plumb::claims
