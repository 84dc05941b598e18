#include "train/step_sums.hpp"

#include <cstdint>

namespace plumb::train {
namespace {

constexpr std::size_t kBatchEntries = 2;
constexpr std::size_t kLayerEntries = 6;
constexpr std::size_t kStopEntries = 1;

}  // namespace

std::size_t step_sums_size(std::size_t layers) {
  return kBatchEntries + kLayerEntries * layers + kStopEntries;
}

template <class T>
void pack(const net::Slice<T>& slice, std::span<double> row) {
  row[0] = slice.loss_sums.loss;
  row[1] = static_cast<double>(slice.loss_sums.correct);
  double* entry = row.data() + kBatchEntries;
  for (const net::SliceLayerSums& layer : slice.layer_sums) {
    *entry++ = layer.activation.deviation;
    *entry++ = layer.activation.deviation_squared;
    *entry++ = static_cast<double>(layer.activation.saturated);
    *entry++ = layer.delta.small;
    *entry++ = layer.delta.medium;
    *entry++ = layer.delta.big;
  }
  row.back() = 0;
}

BatchSums unpack(std::span<const double> row, std::span<LayerSums> layers) {
  const double* entry = row.data() + kBatchEntries;
  for (LayerSums& layer : layers) {
    layer.activation.deviation = *entry++;
    layer.activation.deviation_squared = *entry++;
    layer.activation.saturated = static_cast<std::int64_t>(*entry++);
    layer.delta.small = *entry++;
    layer.delta.medium = *entry++;
    layer.delta.big = *entry++;
  }
  return {row[0], row[1], static_cast<int>(row.back())};
}

double& stop_code(std::span<double> row) { return row.back(); }

template void pack(const net::Slice<float>&, std::span<double>);
template void pack(const net::Slice<double>&, std::span<double>);

}  // namespace plumb::train
