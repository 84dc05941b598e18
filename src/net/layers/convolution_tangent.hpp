// The gradient check of convolutions: tap by tap, without im2col.
#pragma once

#include "math/images/image_ops.hpp"
#include "net/layers/layer.hpp"

namespace plumb::net {

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
