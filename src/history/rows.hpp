// The rows a probe hands to a sink: one recorded step, by the contract's definitions. Plain data;
// who makes them (probe) and who stores them (record) know nothing of each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "history/step_report.hpp"
#include "history/timing.hpp"

namespace plumb::history {

/// Of one layer at one step. l = 1 is the first hidden layer, the last is the output layer.
struct LayerRow {
  double delta_rms = 0;             // sqrt(mean over samples of ||delta||^2)
  double delta_mean_norm = 0;       // ||mean over samples of delta||
  double weight_gradient_norm = 0;  // ||d mean loss / dW||_F, without weight decay
  double bias_gradient_norm = 0;
  double weight_gradient_max = 0;  // largest |dW| entry
  double weight_norm = 0;          // ||W||_F before the step
  double update_ratio = 0;         // ||W after - W before|| / ||W before||
  double unchanged_fraction = 0;   // share of weights whose stored value the step left alone
  double zero_fraction = 0;        // share of exactly zero dW entries
  std::int64_t nonfinite_count = 0;
  double noise_scale = 0;  // B_simple in samples, over the recorded steps so far; NaN: one slice
  double activation_mean = 0;
  double activation_std = 0;
  double saturated_fraction = 0;  // derivative below 1/100 of the largest
  double dead_fraction = 0;       // units with derivative exactly zero for the whole batch
};

struct StepRow {
  std::uint64_t step = 0;
  double loss = 0;
  double accuracy = 0;  // on the step's own batch
  double learning_rate = 0;
  double gradient_norm = 0;  // over all parameters, before clipping
  double clip_factor = 1;    // what the gradient was multiplied by
  double loss_scale = 1;
  double noise_scale = 0;  // as in LayerRow, over all weights
  std::vector<LayerRow> layers;
};

/// Exponent counts of every layer.
struct HistogramRow {
  std::uint64_t step = 0;
  std::vector<LayerHistograms> layers;
};

/// One array of a snapshot, borrowed for the duration of the call.
struct SnapshotArray {
  std::string name;  // "x", "y", "W1", "b1", "dW1", ...
  std::variant<std::span<const float>, std::span<const double>, std::span<const std::int32_t>>
      values;
  std::vector<std::size_t> shape;       // product = number of values
  std::vector<std::string> dimensions;  // one name per axis; same name = same axis
  std::string long_name;
};

struct Snapshot {
  std::uint64_t step = 0;
  std::vector<SnapshotArray> arrays;
};

/// Where rows go. Timing may arrive later than the rows it belongs to, in blocks.
class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;
  virtual void write(const StepRow& row) = 0;
  virtual void write_histograms(const HistogramRow& row) = 0;
  virtual void write_timing(std::span<const StepTiming> rows) = 0;
  /// Only where asked for; every row has its buckets.
  virtual void write_buckets(std::span<const StepTiming> rows) = 0;
  virtual void write_evaluation(const Evaluation& row) = 0;
  virtual void write_snapshot(const Snapshot& snapshot) = 0;
};

}  // namespace plumb::history
