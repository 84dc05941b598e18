// A convolutional network: convolutions with zero padding, pooling, and a dense output layer.
#pragma once

#include <vector>

#include "net/cnn_shape.hpp"
#include "net/network.hpp"

namespace plumb::net {

/// Groups 0 .. depth-1 are convolutions, one stage each, weights (kernel * kernel * channels_in,
/// channels_out) with rows ordered (ky, kx, channel); images are (height, width, channels). In
/// residual networks a convolution adds what it is fed with, from the second on. The extra block
/// holds the mean over samples of each convolution's delta, (positions, channels).
template <class T>
class Cnn final : public Network<T> {
 public:
  Cnn(const NetworkSettings& settings, Loss loss, const ProblemShape& problem);

  void forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
               std::span<std::uint8_t> alive) const override;
  void differentiate(std::size_t group, std::span<const T> parameters,
                     const BackwardOptions<T>& options, Slice<T>& slice,
                     const GroupGradient<T>& out) const override;
  void pass_down(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const override;
  [[nodiscard]] double step_flops(std::size_t samples) const override;

  [[nodiscard]] const std::vector<ConvolutionShape>& convolutions() const { return shapes_; }

 private:
  [[nodiscard]] std::size_t workspace_numbers(std::size_t samples) const override;
  [[nodiscard]] bool skips(std::size_t group) const { return residual_ && group > 0; }
  void convolve(std::size_t group, std::span<const T> parameters, Slice<T>& slice) const;
  void pool(std::size_t group, Slice<T>& slice) const;
  [[nodiscard]] std::span<T> image_of_delta(std::size_t group, std::size_t sample,
                                            Slice<T>& slice) const;
  void keep_skip(std::size_t group, Slice<T>& slice) const;
  void multiply_columns(std::size_t group, T alpha, Slice<T>& slice,
                        core::MatrixView<T> weights) const;
  void multiply_image(std::size_t group, std::span<const T> parameters, std::size_t sample,
                      Slice<T>& slice, std::span<T> image) const;
  void pass_down_image(std::size_t group, std::span<const T> parameters, std::size_t sample,
                       Slice<T>& slice) const;
  void pass_down_output(std::span<const T> parameters, Slice<T>& slice) const;
  void unpool(std::size_t group, std::size_t sample, std::span<const T> pooled_delta,
              Slice<T>& slice) const;

  std::size_t kernel_;
  bool residual_;
  Pooling pooling_;
  std::vector<ConvolutionShape> shapes_;
};

}  // namespace plumb::net
