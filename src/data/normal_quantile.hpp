// Standard normal numbers, fast enough to draw a whole input vector inside a training step.
#pragma once

#include <cstdint>

namespace plumb::data {

/// Where a standard normal variable lies below with probability p, 0 < p < 1: algorithm AS 241
/// (PPND7) of Wichura 1988, relative error about 1e-7. Plain arithmetic and sqrt only, no C
/// library logarithm, so the result has the same bits on every CPU.
double normal_quantile(double p) noexcept;

/// A standard normal number from 32 random bits, by inversion; |result| < 6.4.
inline float normal_from_bits(std::uint32_t bits) noexcept {
  return static_cast<float>(normal_quantile((static_cast<double>(bits) + 0.5) * 0x1p-32));
}

}  // namespace plumb::data
