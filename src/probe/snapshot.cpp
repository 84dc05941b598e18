#include "probe/snapshot.hpp"

#include <fmt/format.h>

namespace plumb::probe {
namespace {

auto slice(const train::Numbers& block, std::size_t offset, std::size_t count) {
  return std::visit(
      [&](auto span) -> decltype(history::SnapshotArray::values) {
        return span.subspan(offset, count);
      },
      block);
}

/// Names the arrays of one block: the parameters ("W1") or their gradient ("dW1").
class Namer {
 public:
  Namer(const net::ParameterLayout& layout, const net::NetworkSettings& network,
        history::Snapshot& snapshot)
      : layout_(layout), network_(network), snapshot_(snapshot) {}

  void add_block(const train::Numbers& block, const std::string& prefix, const std::string& what) {
    for (std::size_t layer = 0; layer < layout_.layers(); ++layer) {
      const net::LayerShape& shape = layout_.shape(layer);
      if (network_.family == net::Family::Rnn && layer == 0) {
        add_cell(block, prefix, what);
      } else {
        add(block, prefix, "W", what + "weights", layer, layout_.weights_offset(layer),
            {shape.fan_in, shape.fan_out}, {fed_dimension(layer), unit_dimension(layer)});
      }
      add(block, prefix, "b", what + "biases", layer, layout_.bias_offset(layer), {shape.fan_out},
          {unit_dimension(layer)});
    }
  }

 private:
  void add(const train::Numbers& block, const std::string& prefix, const char* letter,
           const std::string& what, std::size_t layer, std::size_t offset,
           std::vector<std::size_t> shape, std::vector<std::string> dimensions) {
    std::size_t count = 1;
    for (const std::size_t n : shape) count *= n;
    snapshot_.arrays.push_back(
        {fmt::format("{}{}{}", prefix, letter, layer + 1), slice(block, offset, count),
         std::move(shape), std::move(dimensions), fmt::format("{} of layer {}", what, layer + 1)});
  }

  /// W above U in one block, see net/rnn.hpp.
  void add_cell(const train::Numbers& block, const std::string& prefix, const std::string& what) {
    const std::size_t width = network_.width;
    const std::size_t inputs = layout_.shape(0).fan_in - width;
    const std::size_t offset = layout_.weights_offset(0);
    add(block, prefix, "W", what + "recurrent weights", 0, offset, {width, width},
        {"unit_before", unit_dimension(0)});
    add(block, prefix, "U", what + "input weights", 0, offset + width * width, {inputs, width},
        {"step_input", unit_dimension(0)});
  }

  std::string unit_dimension(std::size_t layer) const {
    return layer + 1 == layout_.layers() ? "class" : fmt::format("unit_{}", layer + 1);
  }

  /// What the rows of W stand for: the units below, or pixels and channels of an image.
  std::string fed_dimension(std::size_t layer) const {
    if (network_.family == net::Family::Cnn) return fmt::format("fed_{}", layer + 1);
    return layer == 0 ? "input" : unit_dimension(layer - 1);
  }

  const net::ParameterLayout& layout_;
  const net::NetworkSettings& network_;
  history::Snapshot& snapshot_;
};

}  // namespace

history::Snapshot name_arrays(const train::SnapshotReport& report,
                              const net::ParameterLayout& layout,
                              const net::NetworkSettings& network, std::size_t inputs) {
  history::Snapshot snapshot;
  snapshot.step = report.step;
  snapshot.arrays.push_back({"x",
                             slice(report.x, 0, report.samples * inputs),
                             {report.samples, inputs},
                             {"sample", "input"},
                             "inputs of the global batch"});
  const bool classes = std::holds_alternative<std::span<const std::int32_t>>(report.y);
  snapshot.arrays.push_back(
      {"y",
       std::visit([](auto y) -> decltype(history::SnapshotArray::values) { return y; }, report.y),
       {report.samples},
       {"sample"},
       classes ? "classes of the global batch" : "values to be predicted for the global batch"});
  Namer namer(layout, network, snapshot);
  namer.add_block(report.parameters, "", "");
  namer.add_block(report.gradient, "d", "gradient of the mean loss, without weight decay, by the ");
  return snapshot;
}

}  // namespace plumb::probe
