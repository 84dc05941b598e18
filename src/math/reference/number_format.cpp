// Reference implementation of reduced-precision formats: the definition of a floating-point format,
// in double.
#include "math/formats/number_format.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

namespace plumb::math::reference {
namespace {

struct Layout {
  int fraction_bits;      // stored ones
  int smallest_exponent;  // of normal numbers
  std::uint32_t infinity;

  [[nodiscard]] int dropped_bits() const noexcept { return 23 - fraction_bits; }
};

constexpr std::uint32_t kSign = 0x8000;
constexpr std::uint32_t kFloatInfinity = 0x7F800000;

constexpr Layout layout_of(NumberFormat narrow) noexcept {
  return narrow == NumberFormat::BFloat16 ? Layout{7, -126, 0x7F80} : Layout{10, -14, 0x7C00};
}

/// The quiet NaN with what the format keeps of the payload.
std::uint32_t quiet_nan(const Layout& layout, std::uint32_t bits) noexcept {
  const std::uint32_t payload = (bits & ~kFloatInfinity & 0x7FFFFFFFU) >> layout.dropped_bits();
  return layout.infinity | 1U << (layout.fraction_bits - 1) | payload;
}

/// Codes of positive numbers count them upwards: 2^fraction_bits to each exponent, the subnormal
/// ones first. Every step but nearbyint is exact: quotients by powers of two, far from double's
/// limits.
std::uint32_t code_of(const Layout& layout, double size) noexcept {
  if (size == 0) return 0;
  if (std::isinf(size)) return layout.infinity;
  const int exponent = std::max(std::ilogb(size), layout.smallest_exponent);
  const double spacing = std::ldexp(1.0, exponent - layout.fraction_bits);
  const auto units = static_cast<std::uint32_t>(std::nearbyint(size / spacing));  // ties to even
  const auto steps = static_cast<std::uint32_t>(exponent - layout.smallest_exponent);
  return std::min((steps << layout.fraction_bits) + units, layout.infinity);
}

/// For codes below infinity.
double size_of(const Layout& layout, std::uint32_t code) noexcept {
  const std::uint32_t hidden = 1U << layout.fraction_bits;
  const std::uint32_t fraction = code & (hidden - 1);
  const auto steps = static_cast<int>(code >> layout.fraction_bits);
  const std::uint32_t units = steps > 0 ? hidden + fraction : fraction;
  return std::ldexp(units,
                    std::max(steps, 1) - 1 + layout.smallest_exponent - layout.fraction_bits);
}

}  // namespace

std::uint16_t encoded(NumberFormat format, float value) noexcept {
  const Layout layout = layout_of(format);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t code =
      std::isnan(value) ? quiet_nan(layout, bits) : code_of(layout, std::abs(double{value}));
  return static_cast<std::uint16_t>((std::signbit(value) ? kSign : 0U) | code);
}

float decoded(NumberFormat format, std::uint16_t bits) noexcept {
  const Layout layout = layout_of(format);
  const std::uint32_t code = bits & ~kSign;
  std::uint32_t result = 0;
  if (code >= layout.infinity) {
    result = kFloatInfinity | (code - layout.infinity) << layout.dropped_bits();
  } else {
    result = std::bit_cast<std::uint32_t>(static_cast<float>(size_of(layout, code)));
  }
  return std::bit_cast<float>((bits & kSign) << 16 | result);
}

float rounded_to(NumberFormat format, float value) noexcept {
  return format == NumberFormat::Float32 ? value : decoded(format, encoded(format, value));
}

}  // namespace plumb::math::reference
