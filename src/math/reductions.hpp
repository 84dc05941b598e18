// Sums over the numbers of an array. The order of every sum depends on the length only, so the bits
// do not depend on threads, ranks or the instruction set.
#pragma once

#include <span>

#include "core/accumulators.hpp"

namespace plumb::math {

using core::SquareSum;
using core::UpdateSums;

/// Sum of squares of n floats or doubles, which neither underflows nor overflows before the norm
/// itself does.
template <class T>
SquareSum square_sum(std::span<const T> x) noexcept;

/// Adds the sums over values of (v - pivot) to deviation and of (v - pivot)^2 to
/// deviation_squared, both in double. With a pivot near the mean their difference does not cancel:
///   mean = pivot + deviation / n;  variance = deviation_squared / n - (deviation / n)^2.
template <class T>
void add_moments(std::span<const T> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept;

/// gradient, gradient_max, zero and nonfinite of the entries, with the bits that an update of the
/// same chunk would measure; the other sums are zero. For gradients that no update belongs to.
template <class T>
UpdateSums gradient_sums(std::span<const T> gradient) noexcept;

namespace reference {
template <class T>
SquareSum square_sum(std::span<const T> x) noexcept;
template <class T>
void add_moments(std::span<const T> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept;
template <class T>
UpdateSums gradient_sums(std::span<const T> gradient) noexcept;
}  // namespace reference

}  // namespace plumb::math
