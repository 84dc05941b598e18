#include "claims/measurement.hpp"

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

}  // namespace plumb::claims
