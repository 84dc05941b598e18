#include "net/layers/convolution.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "math/gemm/gemm.hpp"
#include "math/vector_kernels.hpp"
#include "net/initializers.hpp"

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

using core::MatrixView;

void ConvolutionTangent::through(MatrixView<const double> below, MatrixView<double> z) const {
  for (std::size_t row = 0; row < z.rows; ++row) {
    std::fill(z.row(row).begin(), z.row(row).end(), 0.0);
    add_convolved(below.row(row), z.row(row));
  }
}

void ConvolutionTangent::seed(const VariedParameter& parameter, double step,
                              std::span<const double> input, std::span<double> z) const {
  const std::size_t units = bias_.size();
  if (parameter.row == weights_.rows) {
    for (std::size_t i = parameter.col; i < z.size(); i += units) z[i] += step;
    return;
  }
  const std::size_t channels = input_.channels;
  for_each_tap([&](std::size_t position, std::size_t place, std::size_t tap) {
    if (parameter.row / channels != tap) return;
    z[position * units + parameter.col] +=
        step * input[place * channels + parameter.row % channels];
  });
}

void ConvolutionTangent::real_z(std::span<const double> input, std::span<double> z) const {
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = bias_[i % bias_.size()];
  add_convolved(input, z);
}

double ConvolutionTangent::cost() const {
  constexpr double kSmallProducts = 4;  // times slower than one large product
  return kSmallProducts * static_cast<double>(weights_.size() * input_.pixels());
}

/// use(output position, input position, tap of the kernel) for every pair inside the image.
template <class Use>
void ConvolutionTangent::for_each_tap(const Use& use) const {
  const auto height = static_cast<std::ptrdiff_t>(input_.height);
  const auto width = static_cast<std::ptrdiff_t>(input_.width);
  const auto kernel = static_cast<std::ptrdiff_t>(kernel_);
  for (std::ptrdiff_t y = 0; y < height; ++y) {
    for (std::ptrdiff_t x = 0; x < width; ++x) {
      for (std::ptrdiff_t tap = 0; tap < kernel * kernel; ++tap) {
        const std::ptrdiff_t from_y = y + tap / kernel - kernel / 2;
        const std::ptrdiff_t from_x = x + tap % kernel - kernel / 2;
        if (from_y < 0 || from_y >= height || from_x < 0 || from_x >= width) continue;
        use(static_cast<std::size_t>(y * width + x),
            static_cast<std::size_t>(from_y * width + from_x), static_cast<std::size_t>(tap));
      }
    }
  }
}

/// z += the convolution of `from`: tap by tap and row by row of the image, each a product of
/// neighbouring pixels with the tap's own weights.
void ConvolutionTangent::add_convolved(std::span<const double> from, std::span<double> z) const {
  const auto half = static_cast<std::ptrdiff_t>(kernel_ / 2);
  for (std::ptrdiff_t dy = -half; dy <= half; ++dy) {
    for (std::ptrdiff_t dx = -half; dx <= half; ++dx) {
      const auto tap = static_cast<std::size_t>((dy + half) * (2 * half + 1) + dx + half);
      const MatrixView<const double> own{weights_.row(tap * input_.channels).data(),
                                         input_.channels, weights_.cols};
      add_tap(dy, dx, own, from.data(), z.data());
    }
  }
}

/// Pixels whose neighbour at (dy, dx) lies inside the image.
void ConvolutionTangent::add_tap(std::ptrdiff_t dy, std::ptrdiff_t dx, MatrixView<const double> own,
                                 const double* from, double* z) const {
  const auto height = static_cast<std::ptrdiff_t>(input_.height);
  const auto width = static_cast<std::ptrdiff_t>(input_.width);
  const auto channels = static_cast<std::ptrdiff_t>(own.rows);
  const auto units = static_cast<std::ptrdiff_t>(own.cols);
  const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -dx);
  const std::ptrdiff_t run = width - std::abs(dx);
  if (run <= 0) return;
  const auto pixels = static_cast<std::size_t>(run);
  for (std::ptrdiff_t y = std::max<std::ptrdiff_t>(0, -dy); y < std::min(height, height - dy);
       ++y) {
    const std::ptrdiff_t here = y * width + first;
    const std::ptrdiff_t there = (y + dy) * width + first + dx;
    math::gemm<double>(math::Op::None, math::Op::None, 1.0,
                       {from + there * channels, pixels, own.rows}, own, 1.0,
                       {z + here * units, pixels, own.cols});
  }
}

}  // namespace plumb::net
