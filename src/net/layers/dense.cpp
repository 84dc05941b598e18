#include "net/layers/dense.hpp"

#include <algorithm>
#include <utility>

#include "math/gemm/gemm.hpp"
#include "net/initializers.hpp"

namespace plumb::net {

using core::MatrixView;
using math::Op;

namespace products {

template <class T>
void forward(const StagePass<T>& pass, const LayerShape& shape) {
  math::gemm<T>(Op::None, Op::None, T{1}, pass.slice.layer_input(pass.stage),
                {pass.parameters.data(), shape.fan_in, shape.fan_out}, T{0},
                pass.slice.derivative(pass.stage));
}

template <class T>
void weight_gradient(const StagePass<T>& pass, const LayerShape& shape, MatrixView<const T> delta,
                     T alpha, std::span<T> gradient) {
  math::gemm<T>(Op::Transpose, Op::None, alpha, pass.slice.layer_input(pass.stage), delta, T{0},
                {gradient.data(), shape.fan_in, shape.fan_out});
}

template <class T>
void input_gradient(const StagePass<T>& pass, const LayerShape& shape, MatrixView<const T> delta,
                    T alpha, bool add, MatrixView<T> below) {
  math::gemm<T>(Op::None, Op::Transpose, alpha, delta,
                {pass.parameters.data(), below.cols, shape.fan_out}, add ? T{1} : T{0}, below);
}

template void forward(const StagePass<float>&, const LayerShape&);
template void forward(const StagePass<double>&, const LayerShape&);
template void weight_gradient(const StagePass<float>&, const LayerShape&, MatrixView<const float>,
                              float, std::span<float>);
template void weight_gradient(const StagePass<double>&, const LayerShape&, MatrixView<const double>,
                              double, std::span<double>);
template void input_gradient(const StagePass<float>&, const LayerShape&, MatrixView<const float>,
                             float, bool, MatrixView<float>);
template void input_gradient(const StagePass<double>&, const LayerShape&, MatrixView<const double>,
                             double, bool, MatrixView<double>);

}  // namespace products

Dense::Dense(std::size_t fan_in, std::size_t fan_out, std::string rows, std::string units)
    : shape_{fan_in, fan_out}, rows_(std::move(rows)), units_(std::move(units)) {}

ParameterGroup Dense::parameters() const { return weights_and_bias(shape_, rows_, units_); }

void Dense::add_workspace(bool /*first*/, bool /*adds*/, WorkspaceSize& /*size*/) const {}

double Dense::product_cost() const { return static_cast<double>(shape_.weights()); }

MeanFieldFactor Dense::mean_field(const NetworkSettings& settings) const {
  MeanFieldFactor factor;
  factor.single_variance = weight_variance(settings, shape_);
  factor.weight_variance = static_cast<double>(shape_.fan_in) * factor.single_variance;
  factor.units = static_cast<double>(shape_.fan_out);
  return factor;
}

std::unique_ptr<LayerTangent> Dense::tangent(MatrixView<const double> weights,
                                             std::span<const double> bias) const {
  return std::make_unique<DenseTangent>(weights, bias);
}

template <class T>
void Dense::multiply(const StagePass<T>& pass) const {
  products::forward(pass, shape_);
}

template <class T>
void Dense::multiply_weight_gradient(const StagePass<T>& pass, MatrixView<const T> delta, T alpha,
                                     std::span<T> gradient) const {
  products::weight_gradient(pass, shape_, delta, alpha, gradient);
}

template <class T>
void Dense::multiply_input_gradient(const StagePass<T>& pass, MatrixView<const T> delta, T alpha,
                                    SampleRange samples, bool add, MatrixView<T> below) const {
  products::input_gradient(pass, shape_, rows_of(delta, samples), alpha, add, below);
}

void DenseTangent::through(MatrixView<const double> below, MatrixView<double> z) const {
  math::gemm<double>(Op::None, Op::None, 1.0, below, {weights_.data, below.cols, weights_.cols},
                     0.0, z);
}

void DenseTangent::seed(const VariedParameter& parameter, double step,
                        std::span<const double> input, std::span<double> z) const {
  z[parameter.col] += step * (parameter.row == input.size() ? 1.0 : input[parameter.row]);
}

void DenseTangent::real_z(std::span<const double> input, std::span<double> z) const {
  std::copy(bias_.begin(), bias_.end(), z.begin());
  for (std::size_t i = 0; i < input.size(); ++i) {
    for (std::size_t j = 0; j < z.size(); ++j) z[j] += input[i] * weights_(i, j);
  }
}

template class LayerOf<Dense>;

}  // namespace plumb::net
