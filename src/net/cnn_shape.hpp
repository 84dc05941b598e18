// How images shrink on their way through a convolutional network, and what layers that makes.
#pragma once

#include <vector>

#include "math/images/image_ops.hpp"
#include "net/parameter_layout.hpp"
#include "net/problem.hpp"
#include "net/settings.hpp"
#include "net/stage.hpp"

namespace plumb::net {

struct ConvolutionShape {
  math::ImageShape input;
  math::ImageShape output;  // as large as the input, `width` channels
  bool pooled = false;      // 2x2 afterwards

  /// What the next layer sees.
  [[nodiscard]] math::ImageShape next() const { return pooled ? output.pooled() : output; }
};

/// One entry a convolution. Pooling follows every pool_every-th one while the pooled image still
/// holds a kernel, so that networks of any depth fit any image the first kernel fits.
std::vector<ConvolutionShape> convolution_shapes(const NetworkSettings& settings,
                                                 const ProblemShape& problem);

/// Groups and stages of the whole network, the output layer included.
std::vector<ParameterGroup> cnn_layers(const NetworkSettings& settings,
                                       const ProblemShape& problem);
std::vector<Stage> cnn_stages(const NetworkSettings& settings, const ProblemShape& problem);

}  // namespace plumb::net
