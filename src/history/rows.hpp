// The rows a probe hands to a sink: one recorded step, by the table of quantities. Plain data; who
// makes them (probe) and who stores them (record) know nothing of each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "history/quantities.hpp"
#include "history/step_report.hpp"

namespace plumb::history {

struct StepRow {
  StepRow() = default;
  /// Zeros.
  StepRow(std::uint64_t at_step, std::size_t layer_count)
      : step(at_step),
        values(quantities_of<PerStep>().size()),
        layers(layer_count, std::vector<double>(quantities_of<PerLayer>().size())) {}

  /// A value by the name of its quantity; of one layer, 0 the first. Throws std::out_of_range.
  double& at(std::string_view name) { return values.at(index_of<PerStep>(name)); }
  double& at(std::size_t layer, std::string_view name) {
    return layers.at(layer).at(index_of<PerLayer>(name));
  }

  std::uint64_t step = 0;
  std::vector<double> values;               // of quantities_of<PerStep>()
  std::vector<std::vector<double>> layers;  // each of quantities_of<PerLayer>(); the first is the
                                            // first hidden layer, the last the output layer
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
