// Vector kernels of a training step: sums and products; updates are in math/updates/. Every
// function works on the calling thread, vectorised with the instruction set chosen at run time; the
// order of every sum depends on the length only, so the bits do not depend on threads or ranks.
#pragma once

#include <cstdint>
#include <span>

#include "core/matrix_view.hpp"
#include "math/reductions.hpp"

namespace plumb::math {

/// y += x. Equal lengths.
template <class T>
void add(std::span<const T> x, std::span<T> y) noexcept;

/// delta *= derivative, elementwise; (samples, units) both.
/// bias_gradient (units) = scale * column sums of the result, rows added in ascending order.
/// Returns the sum of squares of the result.
template <class T>
SquareSum scale_delta(core::MatrixView<const T> derivative, T scale, core::MatrixView<T> delta,
                      std::span<T> bias_gradient) noexcept;

/// bias_gradient (units) = scale * column sums of delta (samples, units); returns delta's sum of
/// squares. For the output layer, whose delta the loss writes directly.
template <class T>
SquareSum sum_delta(core::MatrixView<const T> delta, T scale, std::span<T> bias_gradient) noexcept;

using core::UpdateSums;

namespace reference {
template <class T>
void add(std::span<const T> x, std::span<T> y) noexcept;
template <class T>
SquareSum scale_delta(core::MatrixView<const T> derivative, T scale, core::MatrixView<T> delta,
                      std::span<T> bias_gradient) noexcept;
template <class T>
SquareSum sum_delta(core::MatrixView<const T> delta, T scale, std::span<T> bias_gradient) noexcept;
}  // namespace reference

}  // namespace plumb::math
