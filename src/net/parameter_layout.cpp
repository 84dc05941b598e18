#include "net/parameter_layout.hpp"

#include <functional>
#include <numeric>
#include <utility>

namespace plumb::net {
namespace {

// 16 elements: a cache line of floats, two of doubles.
constexpr std::size_t kGranule = 16;

std::size_t round_up(std::size_t count) { return (count + kGranule - 1) / kGranule * kGranule; }

std::vector<ParameterGroup> plain_groups(const std::vector<LayerShape>& shapes) {
  std::vector<ParameterGroup> groups;
  groups.reserve(shapes.size());
  for (const LayerShape& shape : shapes) groups.push_back(weights_and_bias(shape, "row", "unit"));
  return groups;
}

std::size_t bias_index(const ParameterGroup& group) {
  std::size_t index = 0;
  while (group.tensors[index].role != TensorRole::Bias) ++index;
  return index;
}

}  // namespace

bool decays(TensorRole role) noexcept {
  switch (role) {
    case TensorRole::Weight:
    case TensorRole::RecurrentWeight:
      return true;
    case TensorRole::Bias:
      return false;
  }
  return false;
}

std::size_t Tensor::count() const noexcept {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

ParameterGroup weights_and_bias(const LayerShape& shape, const std::string& rows,
                                const std::string& units) {
  Tensor weights{"W", "weights", TensorRole::Weight, {shape.fan_in, shape.fan_out}, {rows, units}};
  weights.receptive_field = shape.receptive_field;
  return {shape, {weights, {"b", "biases", TensorRole::Bias, {shape.fan_out}, {units}}}};
}

ParameterLayout::ParameterLayout(std::vector<ParameterGroup> groups) : groups_(std::move(groups)) {
  std::size_t end = 0;
  for (ParameterGroup& group : groups_) {
    offsets_.push_back(round_up(end));
    for (Tensor& tensor : group.tensors) {
      tensor.offset = tensor.joined ? end : round_up(end);
      end = tensor.offset + tensor.count();
    }
    bias_.push_back(bias_index(group));
  }
  offsets_.push_back(round_up(end));
}

ParameterLayout::ParameterLayout(const std::vector<LayerShape>& shapes)
    : ParameterLayout(plain_groups(shapes)) {}

std::vector<ParameterRun> ParameterLayout::runs(std::size_t group) const {
  std::vector<ParameterRun> runs;
  for (const Tensor& tensor : tensors(group)) {
    if (tensor.joined) {
      runs.back().count += tensor.count();
    } else {
      runs.push_back({tensor.offset, tensor.count(), tensor.role});
    }
  }
  return runs;
}

std::size_t ParameterLayout::parameters(std::size_t group) const {
  std::size_t count = 0;
  for (const Tensor& tensor : tensors(group)) count += tensor.count();
  return count;
}

std::size_t ParameterLayout::parameters() const {
  std::size_t count = 0;
  for (std::size_t group = 0; group < layers(); ++group) count += parameters(group);
  return count;
}

}  // namespace plumb::net
