#include "claims/measurement.hpp"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace plumb::claims {

Measurement exactly(std::string name, double measured, double expected, std::string basis) {
  return {std::move(name), measured, expected, expected, expected, std::move(basis)};
}

Measurement within(std::string name, double measured, double expected, double tolerance,
                   std::string basis) {
  return {std::move(name),      measured,        expected, expected - tolerance,
          expected + tolerance, std::move(basis)};
}

Measurement between(std::string name, double measured, double low, double high, std::string basis) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  return {std::move(name), measured, none, low, high, std::move(basis)};
}

std::string expectation(const Measurement& m) {
  if (!std::isnan(m.expected)) {
    if (m.low == m.high) return fmt::format("{:.10g}", m.expected);
    return fmt::format("{:.5g} +- {:.2g}", m.expected, m.high - m.expected);
  }
  if (std::isinf(m.high)) return fmt::format(">= {:.5g}", m.low);
  if (std::isinf(m.low)) return fmt::format("<= {:.5g}", m.high);
  return fmt::format("{:.5g} .. {:.5g}", m.low, m.high);
}

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
