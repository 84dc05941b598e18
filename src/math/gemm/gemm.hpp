// Matrix products. The one place that calls BLAS for layer math.
#pragma once

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

}  // namespace plumb::math
