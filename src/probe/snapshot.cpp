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

/// The arrays of one block: the parameters ("W1") or their gradient ("dW1").
void add_block(const train::Numbers& block, const net::ParameterLayout& layout,
               const std::string& prefix, const std::string& what, history::Snapshot& snapshot) {
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    for (const net::Tensor& tensor : layout.tensors(layer)) {
      snapshot.arrays.push_back({fmt::format("{}{}{}", prefix, tensor.symbol, layer + 1),
                                 slice(block, tensor.offset, tensor.count()), tensor.shape,
                                 tensor.dimensions,
                                 fmt::format("{}{} of layer {}", what, tensor.meaning, layer + 1)});
    }
  }
}

}  // namespace

history::Snapshot name_arrays(const train::SnapshotReport& report,
                              const net::ParameterLayout& layout, std::size_t inputs) {
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
  add_block(report.parameters, layout, "", "", snapshot);
  add_block(report.gradient, layout, "d",
            "gradient of the mean loss, without weight decay, by the ", snapshot);
  return snapshot;
}

}  // namespace plumb::probe
