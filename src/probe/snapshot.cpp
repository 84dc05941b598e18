#include "probe/snapshot.hpp"

#include <fmt/format.h>

namespace plumb::probe {
namespace {

std::string unit_dimension(const net::ParameterLayout& layout, std::size_t layer) {
  return layer + 1 == layout.layers() ? "class" : fmt::format("unit_{}", layer + 1);
}

auto slice(const train::Numbers& block, std::size_t offset, std::size_t count) {
  return std::visit(
      [&](auto span) -> decltype(SnapshotArray::values) { return span.subspan(offset, count); },
      block);
}

class Namer {
 public:
  Namer(const net::ParameterLayout& layout, Snapshot& snapshot)
      : layout_(layout), snapshot_(snapshot) {}

  void add_block(const train::Numbers& block, const std::string& prefix, const std::string& what) {
    for (std::size_t layer = 0; layer < layout_.layers(); ++layer) {
      const net::LayerShape& shape = layout_.shape(layer);
      const std::string below = layer == 0 ? "input" : unit_dimension(layout_, layer - 1);
      const std::string here = unit_dimension(layout_, layer);
      snapshot_.arrays.push_back({fmt::format("{}W{}", prefix, layer + 1),
                                  slice(block, layout_.weights_offset(layer), shape.weights()),
                                  {shape.fan_in, shape.fan_out},
                                  {below, here},
                                  fmt::format("{}weights of layer {}", what, layer + 1)});
      snapshot_.arrays.push_back({fmt::format("{}b{}", prefix, layer + 1),
                                  slice(block, layout_.bias_offset(layer), shape.fan_out),
                                  {shape.fan_out},
                                  {here},
                                  fmt::format("{}biases of layer {}", what, layer + 1)});
    }
  }

 private:
  const net::ParameterLayout& layout_;
  Snapshot& snapshot_;
};

}  // namespace

Snapshot name_arrays(const train::SnapshotReport& report, const net::ParameterLayout& layout) {
  Snapshot snapshot;
  snapshot.step = static_cast<std::int64_t>(report.step);
  const std::size_t inputs = layout.shape(0).fan_in;
  snapshot.arrays.push_back({"x",
                             slice(report.x, 0, report.samples * inputs),
                             {report.samples, inputs},
                             {"sample", "input"},
                             "inputs of the global batch"});
  snapshot.arrays.push_back(
      {"y", report.labels, {report.samples}, {"sample"}, "classes of the global batch"});
  Namer namer(layout, snapshot);
  namer.add_block(report.parameters, "", "");
  namer.add_block(report.gradient, "d", "gradient of the mean loss, without weight decay, by the ");
  return snapshot;
}

}  // namespace plumb::probe
