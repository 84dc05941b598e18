// The sigmoid's derivative of every float there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace plumb::claims {

/// Over floats x; the derivative is that of math::activate, s(x) s(-x).
struct FloatScan {
  std::uint64_t floats = 0;                                  // finite ones
  float largest = 0;                                         // derivative
  float at_zero = 0;                                         // derivative
  float zero_from = std::numeric_limits<float>::infinity();  // least |x| with derivative 0
  float naive_zero_from =
      std::numeric_limits<float>::infinity();  // x > 0: from here on s(1-s) is 0
  float naive_zero_below =
      std::numeric_limits<float>::infinity();  // least |x|, x < 0, with s(1-s) 0
};

/// All 2^32 bit patterns, on so many threads.
FloatScan scan_all_floats(std::size_t threads);

/// The 65,536 floats whose upper half is `upper`, added to `scan`; `naive_last` is raised to the
/// largest positive x whose s(1-s) is not 0.
void scan_floats(std::uint16_t upper, FloatScan& scan, float& naive_last);

}  // namespace plumb::claims
