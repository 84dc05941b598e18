#include "net/cnn_shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace plumb::net {

std::vector<ConvolutionShape> convolution_shapes(const NetworkSettings& settings,
                                                 const ProblemShape& problem) {
  std::vector<ConvolutionShape> shapes;
  math::ImageShape input{problem.image_height, problem.image_width, 1};
  for (std::size_t l = 0; l < settings.depth; ++l) {
    ConvolutionShape shape{input, {input.height, input.width, settings.width}, false};
    const bool due = settings.pooling != Pooling::None && (l + 1) % settings.pool_every == 0;
    shape.pooled = due && std::min(input.height, input.width) / 2 >= settings.kernel;
    shapes.push_back(shape);
    input = shape.next();
  }
  return shapes;
}

std::vector<ParameterGroup> cnn_layers(const NetworkSettings& settings,
                                       const ProblemShape& problem) {
  const std::size_t field = settings.kernel * settings.kernel;
  const auto convolutions = convolution_shapes(settings, problem);
  std::vector<ParameterGroup> layers;
  layers.reserve(convolutions.size() + 1);
  for (const ConvolutionShape& shape : convolutions) {
    const std::size_t number = layers.size() + 1;
    layers.push_back(weights_and_bias({field * shape.input.channels, shape.output.channels, field},
                                      fmt::format("fed_{}", number),
                                      fmt::format("unit_{}", number)));
  }
  layers.push_back(weights_and_bias({convolutions.back().next().size(), problem.classes},
                                    fmt::format("fed_{}", layers.size() + 1), "class"));
  return layers;
}

std::vector<Stage> cnn_stages(const NetworkSettings& settings, const ProblemShape& problem) {
  std::vector<Stage> stages;
  std::size_t fed = 0;  // memory of its own for what is pooled, no other
  for (const ConvolutionShape& shape : convolution_shapes(settings, problem)) {
    const std::size_t l = stages.size();
    const std::size_t positions = shape.output.height * shape.output.width;
    stages.push_back({fmt::format("conv_{}", l + 1), l, positions, shape.output.channels, fed});
    fed = shape.pooled ? shape.next().size() : 0;
  }
  stages.push_back({"output", stages.size(), 1, problem.classes, fed});
  return stages;
}

}  // namespace plumb::net
