#include "net/layers/convolution.hpp"

#include <utility>

#include "math/gemm/gemm.hpp"
#include "math/vector_kernels.hpp"
#include "net/initializers.hpp"
#include "net/layers/convolution_tangent.hpp"

namespace plumb::net {

using core::MatrixView;
using math::Op;

Convolution::Convolution(const math::ImageShape& input, std::size_t kernel, std::size_t units,
                         std::string rows, std::string unit_name)
    : input_(input),
      kernel_(kernel),
      shape_{math::patch_size(input, kernel), units, kernel * kernel},
      rows_(std::move(rows)),
      units_(std::move(unit_name)) {}

ParameterGroup Convolution::parameters() const { return weights_and_bias(shape_, rows_, units_); }

void Convolution::add_workspace(bool first, bool adds, WorkspaceSize& size) const {
  const std::size_t columns = positions() * shape_.fan_in;
  size.need(WorkPiece::Columns, columns);
  if (!first) size.need(WorkPiece::ColumnGradient, columns);
  if (adds) size.need(WorkPiece::InputGradient, input_.size());
}

double Convolution::product_cost() const {
  return static_cast<double>(shape_.weights() * positions());
}

/// Every weight ends in kernel^2 places of a channel, which weight_variance() knows.
MeanFieldFactor Convolution::mean_field(const NetworkSettings& settings) const {
  MeanFieldFactor factor;
  factor.sharing = WeightSharing::Positions;
  factor.single_variance = weight_variance(settings, shape_);
  factor.weight_variance = static_cast<double>(shape_.fan_in) * factor.single_variance;
  factor.units = static_cast<double>(shape_.fan_out);
  return factor;
}

std::unique_ptr<LayerTangent> Convolution::tangent(MatrixView<const double> weights,
                                                   std::span<const double> bias) const {
  return std::make_unique<ConvolutionTangent>(input_, kernel_, weights, bias);
}

template <class T>
void Convolution::multiply(const StagePass<T>& pass) const {
  const MatrixView<const T> weights{pass.parameters.data(), shape_.fan_in, shape_.fan_out};
  const MatrixView<T> columns = this->columns(pass.workspace, WorkPiece::Columns);
  const MatrixView<T> images = pass.slice.layer_input(pass.stage);
  const MatrixView<T> z = pass.slice.derivative(pass.stage);
  for (std::size_t s = 0; s < pass.slice.samples(); ++s) {
    math::im2col<T>(input_, kernel_, images.row(s), columns.span());
    math::gemm<T>(Op::None, Op::None, T{1}, columns, weights, T{0},
                  rows_of(z, {s, 1}, columns.rows));
  }
}

template <class T>
void Convolution::multiply_weight_gradient(const StagePass<T>& pass, MatrixView<const T> delta,
                                           T alpha, std::span<T> gradient) const {
  const MatrixView<T> weights{gradient.data(), shape_.fan_in, shape_.fan_out};
  const MatrixView<T> columns = this->columns(pass.workspace, WorkPiece::Columns);
  const MatrixView<T> images = pass.slice.layer_input(pass.stage);
  for (std::size_t s = 0; s < pass.slice.samples(); ++s) {
    math::im2col<T>(input_, kernel_, images.row(s), columns.span());
    math::gemm<T>(Op::Transpose, Op::None, alpha, columns, rows_of(delta, {s, 1}, columns.rows),
                  s == 0 ? T{0} : T{1}, weights);
  }
}

template <class T>
void Convolution::multiply_input_gradient(const StagePass<T>& pass, MatrixView<const T> delta,
                                          T alpha, SampleRange samples, bool add,
                                          MatrixView<T> below) const {
  for (std::size_t s = 0; s < samples.count; ++s) {
    const MatrixView<const T> own = rows_of(delta, {samples.first + s, 1}, positions());
    if (!add) {
      image_gradient(pass, own, alpha, below.row(s));
      continue;
    }
    const std::span<T> image{pass.workspace.take(WorkPiece::InputGradient, input_.size()),
                             input_.size()};
    image_gradient(pass, own, alpha, image);
    math::add<T>(image, below.row(s));
  }
}

template <class T>
void Convolution::image_gradient(const StagePass<T>& pass, MatrixView<const T> delta, T alpha,
                                 std::span<T> image) const {
  const MatrixView<T> columns = this->columns(pass.workspace, WorkPiece::ColumnGradient);
  math::gemm<T>(Op::None, Op::Transpose, alpha, delta,
                {pass.parameters.data(), shape_.fan_in, shape_.fan_out}, T{0}, columns);
  math::col2im_add<T>(input_, kernel_, columns.span(), image);
}

template class LayerOf<Convolution>;

}  // namespace plumb::net
