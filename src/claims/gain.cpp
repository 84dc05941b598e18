#include "claims/gain.hpp"

#include "theory/prediction.hpp"

namespace plumb::claims {

double variance_for_chi(Ensemble ensemble, double chi_1) {
  double low = 0.01;
  double high = 100;
  while (high - low > 1e-9 * high) {
    const double middle = (low + high) / 2;
    ensemble.network.weight_variance = middle;
    const double found =
        theory::predict(ensemble.network, ensemble.problem, input_square_norm(ensemble)).chi_1;
    (found < chi_1 ? low : high) = middle;
  }
  return low;
}

}  // namespace plumb::claims
