#include "claims/statistics.hpp"

#include <cmath>
#include <numeric>

namespace plumb::claims {

double binomial_tolerance(double share, std::size_t trials) {
  const auto n = static_cast<double>(trials);
  return kNinetyNine * std::sqrt(share * (1 - share) / n) + 0.5 / n;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return sum / static_cast<double>(values.size() - 1);
}

}  // namespace plumb::claims
