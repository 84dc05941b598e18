#include "net/layers/skip.hpp"

#include <algorithm>

#include "math/vector_kernels.hpp"

namespace plumb::net {

using core::MatrixView;

template <class T>
void Skip::forward(MatrixView<const T> input, MatrixView<T> a) {
  math::add<T>(input.span(), a.span());
}

template <class T>
void Skip::input_gradient(MatrixView<const T> arrived, MatrixView<T> below) {
  for (std::size_t s = 0; s < arrived.rows; ++s) {
    std::copy_n(arrived.row(s).begin(), arrived.cols, below.row(s).begin());
  }
}

void Skip::tangent(std::span<const double> below, std::span<double> a) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += below[i];
}

template void Skip::forward(MatrixView<const float>, MatrixView<float>);
template void Skip::forward(MatrixView<const double>, MatrixView<double>);
template void Skip::input_gradient(MatrixView<const float>, MatrixView<float>);
template void Skip::input_gradient(MatrixView<const double>, MatrixView<double>);

}  // namespace plumb::net
