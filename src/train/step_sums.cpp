#include "train/step_sums.hpp"

#include <cstdint>

namespace plumb::train {
namespace {

constexpr std::size_t kBatchEntries = 2;
constexpr std::size_t kStageEntries = 9;
constexpr std::size_t kRequestEntries = 2;

double* put(const math::SquareSum& sum, double* entry) {
  *entry++ = sum.small;
  *entry++ = sum.medium;
  *entry++ = sum.big;
  return entry;
}

const double* take(const double* entry, math::SquareSum& sum) {
  sum = {entry[0], entry[1], entry[2]};
  return entry + 3;
}

}  // namespace

std::size_t step_sums_size(std::size_t stages) {
  return kBatchEntries + kStageEntries * stages + kRequestEntries;
}

template <class T>
void pack(const net::Slice<T>& slice, std::span<double> row) {
  row[0] = slice.loss_sums.loss;
  row[1] = static_cast<double>(slice.loss_sums.correct);
  double* entry = row.data() + kBatchEntries;
  for (const net::SliceStageSums& stage : slice.stage_sums) {
    *entry++ = stage.activation.deviation;
    *entry++ = stage.activation.deviation_squared;
    *entry++ = static_cast<double>(stage.activation.saturated);
    entry = put(stage.delta, entry);
    entry = put(stage.weight_gradient, entry);
  }
  *entry++ = 0;
  *entry = 0;
}

BatchSums unpack(std::span<const double> row, std::span<LayerSums> stages) {
  const double* entry = row.data() + kBatchEntries;
  for (LayerSums& stage : stages) {
    stage.activation.deviation = *entry++;
    stage.activation.deviation_squared = *entry++;
    stage.activation.saturated = static_cast<std::int64_t>(*entry++);
    entry = take(entry, stage.delta);
    entry = take(entry, stage.slice_gradients);
  }
  return {row[0], row[1], static_cast<int>(entry[0]), entry[1] > 0};
}

void add(const Requests& requests, std::span<double> row) {
  const std::span<double> entries = row.last(kRequestEntries);
  entries[0] = requests.stop_code;
  entries[1] = requests.gather_timing ? 1 : 0;
}

template void pack(const net::Slice<float>&, std::span<double>);
template void pack(const net::Slice<double>&, std::span<double>);

}  // namespace plumb::train
