#include "math/gemm/gemm.hpp"

namespace plumb::math::reference {

template <class T>
void gemm(Op op_a, Op op_b, T alpha, core::MatrixView<const T> a, core::MatrixView<const T> b,
          T beta, core::MatrixView<T> c) {
  const std::size_t inner = op_a == Op::Transpose ? a.rows : a.cols;
  for (std::size_t i = 0; i < c.rows; ++i) {
    for (std::size_t j = 0; j < c.cols; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < inner; ++k) {
        const double left = op_a == Op::Transpose ? a(k, i) : a(i, k);
        const double right = op_b == Op::Transpose ? b(j, k) : b(k, j);
        sum += left * right;
      }
      const double kept = beta == T{0} ? 0.0 : static_cast<double>(beta) * c(i, j);
      c(i, j) = static_cast<T>(static_cast<double>(alpha) * sum + kept);
    }
  }
}

template void gemm(Op, Op, float, core::MatrixView<const float>, core::MatrixView<const float>,
                   float, core::MatrixView<float>);
template void gemm(Op, Op, double, core::MatrixView<const double>, core::MatrixView<const double>,
                   double, core::MatrixView<double>);

}  // namespace plumb::math::reference
