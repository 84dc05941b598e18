#include "theory/layer_plan.hpp"

#include "net/initializers.hpp"

namespace plumb::theory {

double hidden_weight_variance(const net::NetworkSettings& settings) {
  return net::recipe_of(settings.family)
      .inner_layer(settings)
      ->mean_field(settings)
      .weight_variance;
}

double bias_variance(const net::NetworkSettings& settings) {
  return net::info_of(settings.init).uses_variances ? settings.bias_variance : 0;
}

}  // namespace plumb::theory
