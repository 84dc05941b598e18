// Sums of squares that neither underflow nor overflow before the norm itself does.
#pragma once

#include <span>

#include "core/accumulators.hpp"

namespace plumb::math {

using core::SquareSum;

/// Sum of squares of n floats or doubles, in a fixed order that depends on n only.
template <class T>
SquareSum square_sum(std::span<const T> x) noexcept;

namespace reference {
template <class T>
SquareSum square_sum(std::span<const T> x) noexcept;
}  // namespace reference

}  // namespace plumb::math
