// First and second moments about a pivot.
#pragma once

#include <span>

namespace plumb::math {

/// Adds the sums over values of (v - pivot) to deviation and of (v - pivot)^2 to
/// deviation_squared, both in double. With a pivot near the mean their difference does not cancel:
///   mean = pivot + deviation / n;  variance = deviation_squared / n - (deviation / n)^2.
/// The order of the sums depends on the length only, not on the instruction set.
template <class T>
void add_moments(std::span<const T> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept;

namespace reference {
template <class T>
void add_moments(std::span<const T> values, double pivot, double& deviation,
                 double& deviation_squared) noexcept;
}  // namespace reference

}  // namespace plumb::math
