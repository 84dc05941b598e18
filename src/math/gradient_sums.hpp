// The gradient's part of UpdateSums, for gradients that no update belongs to.
#pragma once

#include <span>

#include "math/vector_kernels.hpp"

namespace plumb::math {

/// gradient, gradient_max, zero and nonfinite of the entries, with the bits that an update of the
/// same chunk would measure; the other sums are zero. The order of the sum depends on the length
/// only.
template <class T>
UpdateSums gradient_sums(std::span<const T> gradient) noexcept;

namespace reference {
template <class T>
UpdateSums gradient_sums(std::span<const T> gradient) noexcept;
}  // namespace reference

}  // namespace plumb::math
