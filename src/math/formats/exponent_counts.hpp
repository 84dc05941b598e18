// Counting by binary exponent: exact, so that the share lost in any narrower format follows.
#pragma once

#include <span>

#include "core/accumulators.hpp"

namespace plumb::math {

using core::ExponentCounts;
using core::kHighestExponent;
using core::kLowestExponent;

/// Adds the entries of x to counts.
template <class T>
void count_exponents(std::span<const T> x, ExponentCounts& counts) noexcept;

namespace reference {
template <class T>
void count_exponents(std::span<const T> x, ExponentCounts& counts) noexcept;
}  // namespace reference

}  // namespace plumb::math
