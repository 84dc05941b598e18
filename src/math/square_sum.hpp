// Sums of squares that neither underflow nor overflow before the norm itself does.
#pragma once

#include <span>

namespace plumb::math {

/// Three partial sums of squares, by magnitude of the element (Blue 1978, ACM TOMS 4(1), as in
/// LAPACK 3.10's dnrm2; Anderson 2017, ACM TOMS 44(1)). Each partial sum is plain double, so sums
/// of parts are added bin by bin, in whatever tree the caller fixes.
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

/// Sum of squares of n floats or doubles, in a fixed order that depends on n only.
template <class T>
SquareSum square_sum(std::span<const T> x) noexcept;

namespace reference {
template <class T>
SquareSum square_sum(std::span<const T> x) noexcept;
}  // namespace reference

}  // namespace plumb::math
