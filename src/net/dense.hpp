// The products of a dense layer's backward pass, and this thread's working memory for them.
#pragma once

#include <cstddef>

#include "core/aligned_buffer.hpp"
#include "core/matrix_view.hpp"

namespace plumb::net {

/// What a piece of working memory holds; two of one kind are never in use at once, and none
/// outlives the call that fills it.
enum class Scratch { Columns, ColumnGradient, FedGradient, Unscaled, StepGradient };
inline constexpr std::size_t kScratches = 5;

/// This thread's memory of at least `size` elements, kept between calls, contents undefined.
template <class T>
T* scratch(Scratch which, std::size_t size) {
  thread_local core::AlignedBuffer<T> memory[kScratches];
  auto& buffer = memory[static_cast<std::size_t>(which)];
  if (buffer.size() < size) buffer = core::AlignedBuffer<T>(size);
  return buffer.data();
}

/// Products with subnormal operands are about a hundred times slower on today's CPUs, and deep
/// sigmoid networks have a dozen layers of them. Flushing them to zero would falsify the very
/// gradients this program measures. So a delta this small is lifted by a power of two, which is
/// exact, and the factor is taken back in the product's alpha, where the result is rounded once.
/// norm: of delta. Returns the factor that delta was multiplied by, 1 for most.
template <class T>
T lift_from_subnormal(double norm, core::MatrixView<T> delta);

/// weights = alpha * input^T delta. input: (samples, fan_in), delta: (samples, fan_out).
template <class T>
void multiply_gradient(core::MatrixView<const T> input, core::MatrixView<const T> delta, T alpha,
                       core::MatrixView<T> weights);

/// below = alpha * delta weights^T, or added to it. weights: (units below, fan_out).
template <class T>
void multiply_below(core::MatrixView<const T> delta, core::MatrixView<const T> weights, T alpha,
                    bool add, core::MatrixView<T> below);

}  // namespace plumb::net
