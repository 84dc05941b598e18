// What kernels add up in passing while a step is computed, and what a history's quantities are then
// computed from. Parts are added in whatever order the caller fixes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace plumb::core {

// Thresholds and scales of Blue's three bins for doubles, as in LAPACK 3.10's dnrm2.
inline constexpr double kBlueSmallest = 0x1p-511;   // below: the square loses bits
inline constexpr double kBlueBiggest = 0x1p486;     // above: a long sum of squares may overflow
inline constexpr double kBlueScaleUp = 0x1p537;     // for elements below kBlueSmallest
inline constexpr double kBlueScaleDown = 0x1p-538;  // for elements above kBlueBiggest

/// A sum of squares that neither underflows nor overflows before the norm itself does: three
/// partial sums, by magnitude of the element (Blue 1978, ACM TOMS 4(1), as in LAPACK 3.10's dnrm2;
/// Anderson 2017, ACM TOMS 44(1)). Each partial sum is plain double, so sums of parts are added bin
/// by bin.
struct SquareSum {
  double small = 0;   // sum of (x * 2^537)^2 for |x| < 2^-511
  double medium = 0;  // sum of x^2
  double big = 0;     // sum of (x * 2^-538)^2 for |x| > 2^486; not finite once an x is not

  SquareSum& operator+=(const SquareSum& other) noexcept {
    small += other.small;
    medium += other.medium;
    big += other.big;
    return *this;
  }
  /// sqrt of the whole sum of squares.
  [[nodiscard]] double norm() const noexcept;
  /// sqrt(sum of squares * factor), factor > 0 and of moderate size (1/batch).
  [[nodiscard]] double scaled_norm(double factor) const noexcept;
};

/// Sums over the units and samples of one activation call.
struct ActivationSums {
  double deviation = 0;          // sum of (a - pivot)
  double deviation_squared = 0;  // sum of (a - pivot)^2
  std::int64_t saturated = 0;    // entries whose derivative is below 1/100 of the largest possible
};

/// Sums over some parameters w with gradient g, and the step that updates them.
struct UpdateSums {
  SquareSum gradient;          // of g, without weight decay
  SquareSum weight_before;     // of w before the step
  SquareSum change;            // of the stored w after - w before
  double gradient_max = 0;     // max |g| over finite entries
  std::int64_t zero = 0;       // entries of g that are exactly zero
  std::int64_t nonfinite = 0;  // entries of g that are infinite or NaN
  std::int64_t unchanged = 0;  // entries of w whose stored bits the step left alone

  UpdateSums& operator+=(const UpdateSums& other) noexcept;
};

inline constexpr int kLowestExponent = -150;
inline constexpr int kHighestExponent = 128;
inline constexpr std::size_t kExponents = kHighestExponent - kLowestExponent + 1;

/// Entry e - kLowestExponent counts magnitudes in [2^e, 2^(e+1)), e = -149 .. 127; the first exact
/// zeros and magnitudes below 2^-149; the last magnitudes of 2^128 or more and NaN.
using ExponentCounts = std::array<std::uint64_t, kExponents>;

}  // namespace plumb::core
