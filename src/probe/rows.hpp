// The rows a probe hands to a sink: one recorded step, by the contract's definitions. Plain data;
// who makes them (probe) and who stores them (record) know nothing of each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace plumb::probe {

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
  std::int64_t step = 0;
  double loss = 0;
  double accuracy = 0;  // on the step's own batch
  double learning_rate = 0;
  double gradient_norm = 0;  // over all parameters, before clipping
  double clip_factor = 1;    // what the gradient was multiplied by
  double loss_scale = 1;
  double noise_scale = 0;  // as in LayerRow, over all weights
  std::vector<LayerRow> layers;
};

/// Entries by binary exponent e of their magnitude in [2^e, 2^(e+1)): one count per
/// e = -150 .. 128; the first holds exact zeros and magnitudes below 2^-149, the last what is not
/// finite in float32.
inline constexpr int kLowestExponent = -150;
inline constexpr int kHighestExponent = 128;
inline constexpr std::size_t kExponents = kHighestExponent - kLowestExponent + 1;
using ExponentHistogram = std::array<std::uint64_t, kExponents>;

struct LayerHistograms {
  ExponentHistogram weight_gradient{};  // of d mean loss / dW
  ExponentHistogram delta{};            // of every sample's delta
};

struct HistogramRow {
  std::int64_t step = 0;
  std::vector<LayerHistograms> layers;
};

/// Phases of a step, in the order of TimingRow::seconds.
inline constexpr const char* kPhaseNames[] = {"data",   "forward", "backward", "allreduce_exposed",
                                              "update", "probe",   "record",   "allreduce_hidden"};
inline constexpr std::size_t kPhases = std::size(kPhaseNames);

/// Seconds of each phase on the slowest rank.
struct TimingRow {
  std::int64_t step = 0;
  double seconds[kPhases] = {};
};

/// When each bucket of the gradient travelled, in seconds since the step began, slowest rank.
struct BucketTimes {
  double ready = 0;    // computed by all threads of the rank
  double finish = 0;   // summed over ranks
  double exposed = 0;  // seconds that nothing was done but wait for this bucket
};

struct BucketRow {
  std::int64_t step = 0;
  std::vector<BucketTimes> buckets;
};

/// Test split, after `step` steps.
struct EvaluationRow {
  std::int64_t step = 0;
  double loss = 0;
  double accuracy = 0;
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
  std::int64_t step = 0;
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
  virtual void write_timing(std::span<const TimingRow> rows) = 0;
  /// Asked for by RecordSettings::buckets only.
  virtual void write_buckets(std::span<const BucketRow> rows) = 0;
  virtual void write_evaluation(const EvaluationRow& row) = 0;
  virtual void write_snapshot(const Snapshot& snapshot) = 0;
};

}  // namespace plumb::probe
