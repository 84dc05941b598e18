#include "math/orthogonal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

// LAPACK comes with the BLAS library; Debian keeps lapack.h in a package of its own.
extern "C" {
void dgeqrf_(const int* m, const int* n, double* a, const int* lda, double* tau, double* work,
             const int* lwork, int* info);
void dorgqr_(const int* m, const int* n, const int* k, double* a, const int* lda, const double* tau,
             double* work, const int* lwork, int* info);
}

namespace plumb::math {
namespace {

void check(int info, const char* routine) {
  if (info != 0) {
    throw std::runtime_error(fmt::format("LAPACK {} failed with info = {}", routine, info));
  }
}

/// Q of the QR decomposition, with R's diagonal made positive, in place of a tall column-major
/// matrix (rows >= columns). Blocks of 64 columns are LAPACK's largest default.
void tall_q(double* a, int rows, int columns) {
  std::vector<double> tau(static_cast<std::size_t>(columns));
  std::vector<double> work(64 * static_cast<std::size_t>(columns));
  const int work_size = static_cast<int>(work.size());
  int info = 0;
  dgeqrf_(&rows, &columns, a, &rows, tau.data(), work.data(), &work_size, &info);
  check(info, "dgeqrf");
  std::vector<char> flip(static_cast<std::size_t>(columns));
  for (std::size_t j = 0; j < flip.size(); ++j) flip[j] = a[j * rows + j] < 0 ? 1 : 0;
  dorgqr_(&rows, &columns, &columns, a, &rows, tau.data(), work.data(), &work_size, &info);
  check(info, "dorgqr");
  for (std::size_t j = 0; j < flip.size(); ++j) {
    if (flip[j] != 0) std::for_each_n(a + j * rows, rows, [](double& x) { x = -x; });
  }
}

void copy_transposed(core::MatrixView<const double> from, core::MatrixView<double> to) {
  for (std::size_t r = 0; r < from.rows; ++r) {
    for (std::size_t c = 0; c < from.cols; ++c) to(c, r) = from(r, c);
  }
}

}  // namespace

void orthonormalise(core::MatrixView<double> matrix) {
  if (matrix.size() == 0) return;
  const int rows = static_cast<int>(matrix.rows);
  const int columns = static_cast<int>(matrix.cols);
  // Row-major (rows, cols) is column-major (cols, rows), so a wide matrix is a tall one already.
  if (rows < columns) return tall_q(matrix.data, columns, rows);
  std::vector<double> memory(matrix.size());
  const core::MatrixView<double> transposed{memory.data(), matrix.cols, matrix.rows};
  copy_transposed(matrix, transposed);
  tall_q(memory.data(), rows, columns);
  copy_transposed(transposed, matrix);
}

}  // namespace plumb::math
