// Matrix products. The one place that calls BLAS for layer math.
#pragma once

#include <cstddef>

#include "core/matrix_view.hpp"

namespace plumb::math {

enum class Op { None, Transpose };

/// c = alpha * op(a) * op(b) + beta * c, single-threaded in the calling thread.
/// op(a): (m, k), op(b): (k, n), c: (m, n), all row-major and dense. beta = 0 never reads c.
/// T is float or double. Throws std::invalid_argument when the shapes do not fit.
/// The bits of the result depend on the shapes and on the CPU's kernel set only, never on the
/// calling thread.
template <class T>
void gemm(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a, core::MatrixView<const T> b,
          T beta, core::MatrixView<T> c);

namespace reference {
/// Reference implementation (a plain loop) of math::gemm, accumulating in double.
template <class T>
void gemm(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a, core::MatrixView<const T> b,
          T beta, core::MatrixView<T> c);
}  // namespace reference

// How a product is cut before it goes to BLAS. OpenBLAS's kernels for AVX-512 multiply small
// matrices (m n k up to 10^6) without packing them first, which pays for the few rows of a slice:
// on one core of an AVX-512 server, float, weights coming from beyond the second-level cache, (64,
// 256) times (256, 256) runs at 150 instead of 115 GFLOP/s. With 128 rows and more of large
// matrices packing wins. Other kernel sets have no such path, and get whole products.

/// c: (m, n), op(a): (m, k), op(b): (k, n).
struct GemmShape {
  std::size_t m, n, k;
};

/// The largest pieces to cut m, n and k into; the shape itself when it is not to be cut.
GemmShape gemm_tile(Op op_a, Op op_b, const GemmShape& shape) noexcept;

/// Whether a b^T is faster as (b a^T)^T, which walks through the large b, a layer's weights, row
/// by row and transposes only the small a and c.
bool transposing_wins(Op op_a, Op op_b, const GemmShape& shape, std::size_t element_bytes) noexcept;

}  // namespace plumb::math
