#include "net/parameter_layout.hpp"

#include <utility>

namespace plumb::net {
namespace {

// 16 elements: a cache line of floats, two of doubles.
constexpr std::size_t kGranule = 16;

std::size_t round_up(std::size_t count) { return (count + kGranule - 1) / kGranule * kGranule; }

}  // namespace

std::vector<LayerShape> mlp_shapes(const NetworkSettings& settings, std::size_t inputs,
                                   std::size_t classes) {
  std::vector<LayerShape> shapes;
  std::size_t fan_in = inputs;
  for (std::size_t layer = 0; layer < settings.depth; ++layer) {
    shapes.push_back({fan_in, settings.width});
    fan_in = settings.width;
  }
  shapes.push_back({fan_in, classes});
  return shapes;
}

ParameterLayout::ParameterLayout(std::vector<LayerShape> shapes) : shapes_(std::move(shapes)) {
  for (const LayerShape& layer : shapes_) {
    const std::size_t weights = block_size_;
    const std::size_t bias = weights + round_up(layer.weights());
    block_size_ = bias + round_up(layer.fan_out);
    parameters_ += layer.parameters();
    offsets_.push_back({weights, bias});
  }
}

}  // namespace plumb::net
