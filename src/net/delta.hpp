// From what arrives at a stage to its delta, ready for products.
#pragma once

#include <span>

#include "core/matrix_view.hpp"
#include "math/formats/exponent_counts.hpp"
#include "math/formats/number_format.hpp"
#include "math/reductions.hpp"
#include "net/workspace.hpp"

namespace plumb::net {

/// How the backward pass is taken.
template <class T>
struct BackwardOptions {
  T scale = T{1};       // of every gradient: 1 / global batch
  T loss_scale = T{1};  // deltas and gradients carry it as a factor
  math::NumberFormat format = math::NumberFormat::Float32;  // deltas are rounded to it
  bool measure = false;                                     // also stage_sums.weight_gradient
  // One per stage, or empty: the exponents of delta / loss_scale are added.
  std::span<math::ExponentCounts> delta_exponents;
};

/// delta, overwritten: what arrived, times phi', rounded; bias = scale * column sums. derivative
/// and delta: (rows, units). Returns the squares of delta.
template <class T>
math::SquareSum finish_hidden_delta(const BackwardOptions<T>& options,
                                    core::MatrixView<const T> derivative, core::MatrixView<T> delta,
                                    std::span<T> bias);
/// The same of the output layer, whose delta the loss writes: with the loss scale.
template <class T>
math::SquareSum finish_output_delta(const BackwardOptions<T>& options, core::MatrixView<T> delta,
                                    std::span<T> bias);

/// Adds the exponents of delta / loss_scale to the stage's, if they are wanted.
template <class T>
void count_exponents(const BackwardOptions<T>& options, std::size_t stage, std::span<const T> delta,
                     Workspace<T>& workspace);

/// Products with subnormal operands are about a hundred times slower on today's CPUs, and deep
/// sigmoid networks have a dozen layers of them. Flushing them to zero would falsify the very
/// gradients this program measures. So a delta this small is scaled up by a power of two, which is
/// exact, and the factor is taken back in the product's alpha, where the result is rounded once.
/// norm: of delta. Returns the factor that delta was multiplied by, 1 for most.
template <class T>
T scale_from_subnormal(double norm, core::MatrixView<T> delta);

}  // namespace plumb::net
