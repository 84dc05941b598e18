#include "math/gemm/gemm.hpp"

#include <cblas.h>
#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "core/aligned_buffer.hpp"

namespace plumb::math {
namespace {

template <class T>
GemmShape checked_shape(Op op_a, Op op_b, core::MatrixView<const T> a, core::MatrixView<const T> b,
                        core::MatrixView<T> c) {
  const bool flip_a = op_a == Op::Transpose;
  const bool flip_b = op_b == Op::Transpose;
  const GemmShape shape{c.rows, c.cols, flip_a ? a.rows : a.cols};
  const bool fits = (flip_a ? a.cols : a.rows) == shape.m &&
                    (flip_b ? b.cols : b.rows) == shape.k && (flip_b ? b.rows : b.cols) == shape.n;
  if (!fits) {
    throw std::invalid_argument(fmt::format("gemm: ({}, {}){} times ({}, {}){} is not ({}, {})",
                                            a.rows, a.cols, flip_a ? " transposed" : "", b.rows,
                                            b.cols, flip_b ? " transposed" : "", c.rows, c.cols));
  }
  if (std::max({shape.m, shape.n, shape.k}) > std::numeric_limits<blasint>::max()) {
    throw std::invalid_argument(fmt::format("gemm: m = {}, n = {}, k = {} exceed the BLAS integer",
                                            shape.m, shape.n, shape.k));
  }
  return shape;
}

blasint integer(std::size_t n) { return static_cast<blasint>(n); }

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

/// Rows `row`.. and columns `col`.. of op(x), as a pointer into x.
template <class T>
T* block(Op op, core::MatrixView<T> x, std::size_t row, std::size_t col) {
  return op == Op::Transpose ? x.data + col * x.cols + row : x.data + row * x.cols + col;
}

template <class T>
void multiply_tile(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a,
                   core::MatrixView<const T> b, T beta, core::MatrixView<T> c,
                   const GemmShape& first, const GemmShape& size) {
  // Later parts of the inner dimension add to what the first has put there.
  call_blas(op_a, op_b, integer(size.m), integer(size.n), integer(size.k), alpha,
            block(op_a, a, first.m, first.k), integer(a.cols), block(op_b, b, first.k, first.n),
            integer(b.cols), first.k == 0 ? beta : T{1}, block(Op::None, c, first.m, first.n),
            integer(c.cols));
}

template <class T>
void multiply_tiles(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a,
                    core::MatrixView<const T> b, T beta, core::MatrixView<T> c,
                    const GemmShape& s) {
  const GemmShape tile = gemm_tile(op_a, op_b, s);
  for (std::size_t n = 0; n < s.n; n += tile.n) {
    for (std::size_t k = 0; k < s.k; k += tile.k) {
      for (std::size_t m = 0; m < s.m; m += tile.m) {
        const GemmShape size{std::min(tile.m, s.m - m), std::min(tile.n, s.n - n),
                             std::min(tile.k, s.k - k)};
        multiply_tile(op_a, op_b, alpha, a, b, beta, c, {m, n, k}, size);
      }
    }
  }
}

void transpose(core::MatrixView<const float> from, core::MatrixView<float> to) {
  cblas_somatcopy(CblasRowMajor, CblasTrans, integer(from.rows), integer(from.cols), 1, from.data,
                  integer(from.cols), to.data, integer(to.cols));
}
void transpose(core::MatrixView<const double> from, core::MatrixView<double> to) {
  cblas_domatcopy(CblasRowMajor, CblasTrans, integer(from.rows), integer(from.cols), 1, from.data,
                  integer(from.cols), to.data, integer(to.cols));
}

/// This thread's memory for transposed matrices, kept between calls.
template <class T>
T* scratch(std::size_t size) {
  thread_local core::AlignedBuffer<T> memory;
  if (memory.size() < size) memory = core::AlignedBuffer<T>(size);
  return memory.data();
}

/// c = alpha a b^T as (alpha b a^T)^T.
template <class T>
void multiply_transposed(T alpha, core::MatrixView<const T> a, core::MatrixView<const T> b,
                         core::MatrixView<T> c, const GemmShape& s) {
  T* const memory = scratch<T>(s.m * (s.k + s.n));
  const core::MatrixView<T> a_transposed{memory, s.k, s.m};
  const core::MatrixView<T> c_transposed{memory + a_transposed.size(), s.n, s.m};
  transpose(a, a_transposed);
  multiply_tiles<T>(Op::None, Op::None, alpha, b, a_transposed, T{0}, c_transposed,
                    {s.n, s.m, s.k});
  transpose(c_transposed, c);
}

template <class T>
void multiply(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a, core::MatrixView<const T> b,
              T beta, core::MatrixView<T> c) {
  const GemmShape s = checked_shape(op_a, op_b, a, b, c);
  if (c.size() == 0) return;
  if (s.k == 0) return scale_only(beta, c);
  if (beta == T{0} && transposing_wins(op_a, op_b, s, sizeof(T))) {
    return multiply_transposed(alpha, a, b, c, s);
  }
  multiply_tiles(op_a, op_b, alpha, a, b, beta, c, s);
}

bool find_small_matrix_path() noexcept {
  const std::string_view kernel_set = openblas_get_corename();
  return kernel_set == "SkylakeX" || kernel_set == "Cooperlake" || kernel_set == "SapphireRapids";
}

bool has_small_matrix_path() noexcept {
  static const bool found = find_small_matrix_path();
  return found;
}

/// n in as few parts of at most `most` as possible, equal but for rounding up to a vector.
std::size_t balanced(std::size_t n, std::size_t most) noexcept {
  if (n <= most) return n;
  constexpr std::size_t kVector = 16;
  const std::size_t parts = (n + most - 1) / most;
  return ((n + parts - 1) / parts + kVector - 1) / kVector * kVector;
}

GemmShape cut(const GemmShape& shape, const GemmShape& most) noexcept {
  return {balanced(shape.m, most.m), balanced(shape.n, most.n), balanced(shape.k, most.k)};
}

// Below, the numbers are from timings of layers of 128 to 1024 units with 16 to 512 samples.
constexpr std::size_t kFew = 32;

bool packing_wins(const GemmShape& s) noexcept {
  return std::min(s.m, s.k) >= 128 && s.m * s.n * s.k >= std::size_t{1} << 27;
}

/// Forward: long rows of b, the weights, keep the prefetchers busy.
GemmShape forward_tile(const GemmShape& s) noexcept {
  if (s.n <= kFew) return cut(s, {64, kFew, 256});
  return s.n <= 128 ? cut(s, {64, 128, 112}) : cut(s, {16, 1024, 48});
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

GemmShape gemm_tile(Op op_a, Op op_b, const GemmShape& shape) noexcept {
  if (!has_small_matrix_path() || std::min(shape.n, shape.k) < 16) return shape;
  if (op_b == Op::Transpose) {
    // OpenBLAS allows m n <= 1200 and k >= 32 here; both transposed is not a product of layers.
    const bool whole = op_a == Op::Transpose || std::min(shape.n, shape.k) < kFew || shape.m >= 256;
    return whole ? shape : cut(shape, {32, 32, 512});
  }
  if (packing_wins(shape)) return shape;
  if (op_a == Op::None) return forward_tile(shape);
  return shape.k <= 64 ? cut(shape, {48, 256, 64}) : cut(shape, {48, 128, 128});
}

bool transposing_wins(Op op_a, Op op_b, const GemmShape& s, std::size_t element_bytes) noexcept {
  return has_small_matrix_path() && op_a == Op::None && op_b == Op::Transpose && s.m > 16 &&
         s.m * element_bytes < 1024 && std::min(s.n, s.k) >= kFew;
}

}  // namespace plumb::math
