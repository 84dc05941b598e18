// Convolutions tap by tap, without im2col.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "net/cnn_shape.hpp"
#include "net/dense_tangents.hpp"

namespace plumb::net {

using core::MatrixView;

namespace {

class CnnTangents final : public DenseTangents {
 public:
  CnnTangents(const NetworkSettings& settings, const ProblemShape& problem,
              const ParameterLayout& layout, std::span<const double> parameters)
      : DenseTangents(settings, layout, parameters),
        shapes_(convolution_shapes(settings, problem)) {}

  void through(std::size_t stage, MatrixView<const double> below,
               MatrixView<double> z) const override {
    if (stage == 0) {
      std::fill_n(z.data, z.size(), 0.0);
      return;
    }
    if (stage == shapes_.size()) return dense(stage, below, z);
    for (std::size_t row = 0; row < z.rows; ++row) {
      std::fill(z.row(row).begin(), z.row(row).end(), 0.0);
      add_convolved(stage, below.row(row), z.row(row));
    }
  }
  void seed(std::size_t stage, const VariedParameter& p, double step, Slice<double>& slice,
            std::size_t sample, std::span<double> z) const override {
    const std::span<const double> fed = slice.fed(stage).row(sample);
    if (stage == shapes_.size()) return seed_dense(p, step, fed, z);
    const bool bias = p.row == layout_.shape(stage).fan_in;
    for_each_tap(stage, [&](std::size_t position, std::size_t place, std::size_t tap) {
      const std::size_t channels = shapes_[stage].input.channels;
      if (bias || p.row / channels != tap) return;
      z[position * settings_.width + p.col] += step * fed[place * channels + p.row % channels];
    });
    if (!bias) return;
    for (std::size_t i = p.col; i < z.size(); i += settings_.width) z[i] += step;
  }
  void real_z(std::size_t stage, Slice<double>& slice, std::size_t sample,
              std::span<double> z) const override {
    const std::span<const double> fed = slice.fed(stage).row(sample);
    if (stage == shapes_.size()) return dense_z(stage, fed, z);
    const std::span<const double> bias = layout_.bias(parameters_, stage);
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = bias[i % bias.size()];
    add_convolved(stage, fed, z);
  }
  std::span<double> hand_on(std::size_t stage, std::span<const double> below, Slice<double>& slice,
                            std::size_t sample, std::span<double> a) const override {
    if (settings_.residual && stage > 0) {
      for (std::size_t i = 0; i < a.size(); ++i) a[i] += below[i];
    }
    if (stage == shapes_.size() || !shapes_[stage].pooled) return a;
    const std::size_t size = shapes_[stage].output.size();
    const std::span<const double> real =
        slice.activation(stage).span().subspan(sample * size, size);
    pool_in_place(shapes_[stage].output, real, a);
    return a.first(shapes_[stage].next().size());
  }
  [[nodiscard]] double cost(std::size_t stage) const override {
    if (stage == shapes_.size()) return static_cast<double>(layout_.shape(stage).weights());
    const math::ImageShape& out = shapes_[stage].output;
    constexpr double kSmallProducts = 4;  // times slower than one large product
    return kSmallProducts *
           static_cast<double>(layout_.shape(stage).weights() * out.height * out.width);
  }

 private:
  /// use(output position, input position, tap of the kernel) for every pair inside the image.
  template <class Use>
  void for_each_tap(std::size_t stage, const Use& use) const {
    const auto height = static_cast<std::ptrdiff_t>(shapes_[stage].input.height);
    const auto width = static_cast<std::ptrdiff_t>(shapes_[stage].input.width);
    const auto kernel = static_cast<std::ptrdiff_t>(settings_.kernel);
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
  void add_convolved(std::size_t stage, std::span<const double> from, std::span<double> z) const {
    const math::ImageShape& shape = shapes_[stage].input;
    const MatrixView<const double> w = weights(stage);
    const auto half = static_cast<std::ptrdiff_t>(settings_.kernel / 2);
    for (std::ptrdiff_t dy = -half; dy <= half; ++dy) {
      for (std::ptrdiff_t dx = -half; dx <= half; ++dx) {
        const auto tap = static_cast<std::size_t>((dy + half) * (2 * half + 1) + dx + half);
        const MatrixView<const double> own{w.row(tap * shape.channels).data(), shape.channels,
                                           settings_.width};
        add_tap(shape, dy, dx, own, from.data(), z.data());
      }
    }
  }

  /// Pixels whose neighbour at (dy, dx) lies inside the image.
  void add_tap(const math::ImageShape& shape, std::ptrdiff_t dy, std::ptrdiff_t dx,
               MatrixView<const double> own, const double* from, double* z) const {
    const auto height = static_cast<std::ptrdiff_t>(shape.height);
    const auto width = static_cast<std::ptrdiff_t>(shape.width);
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -dx);
    const std::ptrdiff_t run = width - std::abs(dx);
    if (run <= 0) return;
    for (std::ptrdiff_t y = std::max<std::ptrdiff_t>(0, -dy); y < std::min(height, height - dy);
         ++y) {
      const std::ptrdiff_t here = y * width + first;
      const std::ptrdiff_t there = (y + dy) * width + first + dx;
      math::gemm<double>(math::Op::None, math::Op::None, 1.0,
                         {from + there * static_cast<std::ptrdiff_t>(shape.channels),
                          static_cast<std::size_t>(run), shape.channels},
                         own, 1.0,
                         {z + here * static_cast<std::ptrdiff_t>(settings_.width),
                          static_cast<std::size_t>(run), settings_.width});
    }
  }

  // The entry that the network's own maximum picked, or the mean.
  void pool_in_place(const math::ImageShape& shape, std::span<const double> real,
                     std::span<double> a) const {
    std::vector<double> pooled;
    for (std::size_t y = 0; y + 1 < shape.height; y += 2) {
      for (std::size_t x = 0; x + 1 < shape.width; x += 2) {
        for (std::size_t c = 0; c < shape.channels; ++c) {
          const std::size_t first = (y * shape.width + x) * shape.channels + c;
          const std::size_t below = first + shape.width * shape.channels;
          const std::size_t window[] = {first, first + shape.channels, below,
                                        below + shape.channels};
          std::size_t largest = first;
          double sum = 0;
          for (const std::size_t i : window) {
            if (real[i] > real[largest]) largest = i;
            sum += a[i];
          }
          pooled.push_back(settings_.pooling == Pooling::Max ? a[largest] : sum / 4);
        }
      }
    }
    std::copy(pooled.begin(), pooled.end(), a.begin());
  }

  std::vector<ConvolutionShape> shapes_;
};

}  // namespace

std::unique_ptr<Tangents> make_cnn_tangents(const NetworkSettings& settings,
                                            const ProblemShape& problem,
                                            const ParameterLayout& layout,
                                            std::span<const double> parameters) {
  return std::make_unique<CnnTangents>(settings, problem, layout, parameters);
}

}  // namespace plumb::net
