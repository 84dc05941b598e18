#include "net/layers/convolution_tangent.hpp"

#include <algorithm>
#include <cstdlib>

#include "math/gemm/gemm.hpp"

namespace plumb::net {

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
