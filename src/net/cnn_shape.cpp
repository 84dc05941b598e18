#include "net/cnn_shape.hpp"

#include <algorithm>

namespace plumb::net {

std::vector<ConvolutionShape> convolution_shapes(const NetworkSettings& settings,
                                                 const ProblemShape& problem) {
  std::vector<ConvolutionShape> shapes;
  math::PictureShape input{problem.picture_height, problem.picture_width, 1};
  for (std::size_t l = 0; l < settings.depth; ++l) {
    ConvolutionShape shape{input, {input.height, input.width, settings.width}, false};
    const bool due = settings.pooling != Pooling::None && (l + 1) % settings.pool_every == 0;
    shape.pooled = due && std::min(input.height, input.width) / 2 >= settings.kernel;
    shapes.push_back(shape);
    input = shape.next();
  }
  return shapes;
}

}  // namespace plumb::net
