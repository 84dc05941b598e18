#include "net/idle_pooling.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "net/cnn_shape.hpp"

namespace plumb::net {
namespace {

bool pools(const NetworkSettings& settings, const ProblemShape& problem) {
  const auto shapes = convolution_shapes(settings, problem);
  return std::any_of(shapes.begin(), shapes.end(),
                     [](const ConvolutionShape& shape) { return shape.pooled; });
}

/// The kernels that would fit an image of half this side, which is at least 2.
std::string smaller_kernels(std::size_t side) {
  const std::size_t largest = side / 2 % 2 == 0 ? side / 2 - 1 : side / 2;
  return fmt::format("network.kernel {} {}", largest == 1 ? "=" : "<=", largest);
}

}  // namespace

std::string idle_pooling(const NetworkSettings& settings, const ProblemShape& problem) {
  const bool due = settings.family == Family::Cnn && settings.pooling != Pooling::None &&
                   settings.pool_every <= settings.depth;
  if (!due || pools(settings, problem)) return {};
  const std::size_t side = std::min(problem.image_height, problem.image_width);
  const std::string image =
      fmt::format("the image of {} x {}", problem.image_height, problem.image_width);
  if (side < 2) return image + " cannot be halved; allowed: network.pooling = none";
  return fmt::format(
      "{}, halved, does not hold the kernel of {}; allowed: {}, or network.pooling = none", image,
      settings.kernel, smaller_kernels(side));
}

}  // namespace plumb::net
