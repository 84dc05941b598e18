#include "math/gemm.hpp"

#include <cblas.h>
#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace plumb::math {
namespace {

struct Shape {
  std::size_t m, n, k;
};

template <class T>
Shape checked_shape(Op op_a, Op op_b, core::MatrixView<const T> a, core::MatrixView<const T> b,
                    core::MatrixView<T> c) {
  const bool flip_a = op_a == Op::Transpose;
  const bool flip_b = op_b == Op::Transpose;
  const Shape shape{c.rows, c.cols, flip_a ? a.rows : a.cols};
  const bool fits = (flip_a ? a.cols : a.rows) == shape.m &&
                    (flip_b ? b.cols : b.rows) == shape.k && (flip_b ? b.rows : b.cols) == shape.n;
  if (!fits) {
    throw std::invalid_argument(fmt::format(
        "gemm: ({}, {}){} times ({}, {}){} is not ({}, {})", a.rows, a.cols,
        flip_a ? " transposed" : "", b.rows, b.cols, flip_b ? " transposed" : "", c.rows, c.cols));
  }
  if (std::max({shape.m, shape.n, shape.k}) > std::numeric_limits<blasint>::max()) {
    throw std::invalid_argument(fmt::format("gemm: m = {}, n = {}, k = {} exceed the BLAS integer",
                                            shape.m, shape.n, shape.k));
  }
  return shape;
}

CBLAS_TRANSPOSE cblas_op(Op op) { return op == Op::Transpose ? CblasTrans : CblasNoTrans; }

void call_blas(Op op_a, Op op_b, blasint m, blasint n, blasint k, float alpha, const float* a,
               blasint lda, const float* b, blasint ldb, float beta, float* c, blasint ldc) {
  cblas_sgemm(CblasRowMajor, cblas_op(op_a), cblas_op(op_b), m, n, k, alpha, a, lda, b, ldb, beta,
              c, ldc);
}
void call_blas(Op op_a, Op op_b, blasint m, blasint n, blasint k, double alpha, const double* a,
               blasint lda, const double* b, blasint ldb, double beta, double* c, blasint ldc) {
  cblas_dgemm(CblasRowMajor, cblas_op(op_a), cblas_op(op_b), m, n, k, alpha, a, lda, b, ldb, beta,
              c, ldc);
}

/// An empty sum: c = beta * c. BLAS wants leading dimensions of at least 1.
template <class T>
void scale_only(T beta, core::MatrixView<T> c) {
  for (T& x : c.span()) x = beta == T{0} ? T{0} : beta * x;
}

template <class T>
void multiply(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a, core::MatrixView<const T> b,
              T beta, core::MatrixView<T> c) {
  const Shape shape = checked_shape(op_a, op_b, a, b, c);
  if (c.size() == 0) return;
  if (shape.k == 0) return scale_only(beta, c);
  const auto size = [](std::size_t n) { return static_cast<blasint>(n); };
  call_blas(op_a, op_b, size(shape.m), size(shape.n), size(shape.k), alpha, a.data, size(a.cols),
            b.data, size(b.cols), beta, c.data, size(c.cols));
}

}  // namespace

template <>
void gemm(Op op_a, Op op_b, float alpha, core::MatrixView<const float> a,
          core::MatrixView<const float> b, float beta, core::MatrixView<float> c) {
  multiply(op_a, op_b, alpha, a, b, beta, c);
}
template <>
void gemm(Op op_a, Op op_b, double alpha, core::MatrixView<const double> a,
          core::MatrixView<const double> b, double beta, core::MatrixView<double> c) {
  multiply(op_a, op_b, alpha, a, b, beta, c);
}

}  // namespace plumb::math
