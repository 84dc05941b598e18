// Counting by binary exponent: exact, so that the share lost in any narrower format follows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace plumb::math {

inline constexpr int kLowestExponent = -150;
inline constexpr int kHighestExponent = 128;

/// Entry e - kLowestExponent counts magnitudes in [2^e, 2^(e+1)), e = -149 .. 127; the first exact
/// zeros and magnitudes below 2^-149; the last magnitudes of 2^128 or more and NaNs.
using ExponentCounts = std::array<std::uint64_t, kHighestExponent - kLowestExponent + 1>;

/// Adds the entries of x to counts.
template <class T>
void count_exponents(std::span<const T> x, ExponentCounts& counts) noexcept;

namespace reference {
template <class T>
void count_exponents(std::span<const T> x, ExponentCounts& counts) noexcept;
}  // namespace reference

}  // namespace plumb::math
