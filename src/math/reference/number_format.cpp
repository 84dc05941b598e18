// Reference implementation of round_to: the definition of a floating-point format, in double
// arithmetic.
#include <algorithm>
#include <cmath>
#include <limits>

#include "math/formats/number_format.hpp"

namespace plumb::math::reference {
namespace {

struct Layout {
  int fraction_bits;      // stored ones
  int smallest_exponent;  // of normal numbers
  double largest;
};

constexpr Layout kBFloat16{7, -126, 0x1.FEp127};
constexpr Layout kFloat16{10, -14, 65504};

/// Every step but rint is exact: quotients and products by powers of two, far from double's limits.
float rounded(const Layout& layout, float value) noexcept {
  if (value == 0 || !std::isfinite(value)) return value;
  const double x = value;
  const int exponent = std::max(std::ilogb(x), layout.smallest_exponent);
  const double spacing = std::ldexp(1.0, exponent - layout.fraction_bits);
  const double nearest = std::rint(x / spacing) * spacing;  // ties to even
  if (std::abs(nearest) <= layout.largest) return static_cast<float>(nearest);
  return std::copysign(std::numeric_limits<float>::infinity(), value);
}

}  // namespace

float rounded_to(NumberFormat format, float value) noexcept {
  switch (format) {
    case NumberFormat::BFloat16:
      return rounded(kBFloat16, value);
    case NumberFormat::Float16:
      return rounded(kFloat16, value);
    default:
      return value;
  }
}

}  // namespace plumb::math::reference
