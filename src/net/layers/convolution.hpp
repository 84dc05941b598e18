// A convolution of stride 1 with zeros around the image.
#pragma once

#include <string>

#include "math/images/image_ops.hpp"
#include "net/layers/layer.hpp"

namespace plumb::net {

/// Images are (height, width, channels). Weights are (kernel * kernel * channels, units) with rows
/// ordered (ky, kx, channel); z has `units` channels and the size of the input.
class Convolution final : public LayerOf<Convolution> {
 public:
  /// kernel: its side, odd. rows, units: what the two dimensions of W are called in snapshots.
  Convolution(const math::ImageShape& input, std::size_t kernel, std::size_t units,
              std::string rows, std::string unit_name);

  [[nodiscard]] ParameterGroup parameters() const override;
  [[nodiscard]] WeightSharing sharing() const override { return WeightSharing::Positions; }
  [[nodiscard]] std::size_t positions() const override { return input_.pixels(); }
  /// A column matrix of one image fits the cache.
  [[nodiscard]] std::size_t samples_at_once(std::size_t /*samples*/) const override { return 1; }
  void add_workspace(bool first, bool adds, WorkspaceSize& size) const override;
  [[nodiscard]] double product_cost() const override;
  [[nodiscard]] MeanFieldFactor mean_field(const NetworkSettings& settings) const override;
  [[nodiscard]] std::unique_ptr<LayerTangent> tangent(core::MatrixView<const double> weights,
                                                      std::span<const double> bias) const override;

  [[nodiscard]] math::ImageShape output() const {
    return {input_.height, input_.width, shape_.fan_out};
  }

 private:
  friend class LayerOf<Convolution>;
  template <class T>
  void multiply(const StagePass<T>& pass) const;
  template <class T>
  void multiply_weight_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                                std::span<T> gradient) const;
  template <class T>
  void multiply_input_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                               SampleRange samples, bool add, core::MatrixView<T> below) const;
  template <class T>
  void image_gradient(const StagePass<T>& pass, core::MatrixView<const T> delta, T alpha,
                      std::span<T> image) const;
  /// One row for each position: the pixels that it looks at.
  template <class T>
  [[nodiscard]] core::MatrixView<T> columns(Workspace<T>& workspace, WorkPiece piece) const {
    const std::size_t rows = positions();
    return {workspace.take(piece, rows * shape_.fan_in), rows, shape_.fan_in};
  }

  math::ImageShape input_;
  std::size_t kernel_;
  LayerShape shape_;
  std::string rows_;
  std::string units_;
};

extern template class LayerOf<Convolution>;

class ConvolutionTangent final : public LayerTangent {
 public:
  ConvolutionTangent(const math::ImageShape& input, std::size_t kernel,
                     core::MatrixView<const double> weights, std::span<const double> bias)
      : input_(input), kernel_(kernel), weights_(weights), bias_(bias) {}

  void through(core::MatrixView<const double> below, core::MatrixView<double> z) const override;
  void seed(const VariedParameter& parameter, double step, std::span<const double> input,
            std::span<double> z) const override;
  void real_z(std::span<const double> input, std::span<double> z) const override;
  [[nodiscard]] double cost() const override;

 private:
  template <class Use>
  void for_each_tap(const Use& use) const;
  void add_convolved(std::span<const double> from, std::span<double> z) const;
  void add_tap(std::ptrdiff_t dy, std::ptrdiff_t dx, core::MatrixView<const double> own,
               const double* from, double* z) const;

  math::ImageShape input_;
  std::size_t kernel_;
  core::MatrixView<const double> weights_;  // (kernel * kernel * channels, units)
  std::span<const double> bias_;
};

}  // namespace plumb::net
