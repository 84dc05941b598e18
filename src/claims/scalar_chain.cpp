#include "claims/scalar_chain.hpp"

#include <cmath>

namespace plumb::claims {
namespace {

// Plain library functions: shares nothing with the kernels it is compared with.
double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

}  // namespace

std::vector<double> chain_products(double first_z, std::span<const double> weights) {
  std::vector<double> factors;
  double z = first_z;
  for (const double weight : weights) {
    factors.push_back(weight * sigmoid(z) * sigmoid(-z));
    z = weight * sigmoid(z);
  }
  std::vector<double> products(weights.size() + 1, 1.0);
  for (std::size_t l = weights.size(); l-- > 0;) products[l] = factors[l] * products[l + 1];
  return products;
}

}  // namespace plumb::claims
