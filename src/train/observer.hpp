// What the trainer announces. Observers record, draw progress bars, or stop; the trainer knows none
// of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/matrix_view.hpp"
#include "math/activations/activation_kernels.hpp"
#include "math/formats/exponent_counts.hpp"
#include "math/square_sum.hpp"
#include "math/vector_kernels.hpp"

namespace plumb::train {

/// Sums of one row of a history (a layer, a time step) over the whole global batch, at one step.
/// delta, slice_gradients and exact_gradient carry the loss scale, the others do not.
struct LayerSums {
  math::ActivationSums activation;
  math::SquareSum delta;            // of every sample's delta
  math::SquareSum mean_delta;       // of the mean over samples of delta
  math::SquareSum slice_gradients;  // of every slice's share of d mean loss / dW
  math::SquareSum exact_gradient;   // of d mean loss / dW before it is rounded to a narrow format
  math::SquareSum bias_gradient;    // of d mean loss / db
  // Of the weights, without biases. Where rows share weights: the gradient is the row's own
  // contribution, the weights and their change are those all share.
  math::UpdateSums update;
  std::int64_t alive_units = 0;  // units with a non-zero derivative for at least one sample
};

/// Entries of one row by binary exponent.
struct LayerCounts {
  math::ExponentCounts weight_gradient{};  // of d mean loss / dW
  math::ExponentCounts delta{};            // of every sample's delta
};

struct StepReport {
  std::uint64_t step = 0;
  double loss = 0;      // mean over the global batch
  double accuracy = 0;  // share of the global batch
  double learning_rate = 0;
  double gradient_norm = 0;  // over all parameters, before clipping; of measured steps
  double clip_factor = 1;    // what the gradient was multiplied by
  double loss_scale = 1;
  std::span<const LayerSums> layers;    // empty unless an observer measures this step
  std::span<const LayerCounts> counts;  // empty unless an observer counts this step
};

/// AllreduceExposed: the thread that owns MPI moves messages, adds what arrived or waits.
/// AllreduceHidden: gradients travel while it does something else; no part of the step's length.
enum class Phase {
  Data,
  Forward,
  Backward,
  AllreduceExposed,
  Update,
  Probe,
  Record,
  AllreduceHidden
};
inline constexpr std::size_t kPhaseCount = 8;

using PhaseSeconds = std::array<double, kPhaseCount>;

inline double& phase(PhaseSeconds& seconds, Phase which) {
  return seconds[static_cast<std::size_t>(which)];
}

/// When one bucket of the gradient travelled, in seconds since the step began.
struct BucketTiming {
  double ready = 0;    // computed by all threads of the rank
  double finish = 0;   // summed over ranks
  double exposed = 0;  // seconds that nothing was done but wait for this bucket
};

/// Seconds, the slowest rank's.
struct StepTiming {
  std::uint64_t step = 0;
  PhaseSeconds seconds{};
  std::vector<BucketTiming> buckets;  // as many as Training::buckets(), in that order
};

/// A run of the gradient that is summed over ranks in one go; the first belongs to the last groups.
struct BucketShape {
  std::size_t bytes = 0;  // on the wire
  std::size_t first_group = 0;
  std::size_t last_group = 0;
};

struct EvaluationReport {
  std::uint64_t step = 0;  // steps done before
  double loss = 0;         // mean over the test split
  double accuracy = 0;
};

using Numbers = std::variant<std::span<const float>, std::span<const double>>;

/// One step's batch, parameters before it and gradient; valid during the call only. Parameters and
/// gradient have the layout of net::ParameterLayout.
struct SnapshotReport {
  std::uint64_t step = 0;
  std::size_t samples = 0;
  Numbers x;                                                               // (samples, inputs)
  std::variant<std::span<const std::int32_t>, std::span<const double>> y;  // classes, or values
  Numbers parameters;
  Numbers gradient;
};

/// measures(), counts() and snapshots() are asked on every rank and must answer the same
/// everywhere; the on_ methods are called on rank 0 only. What they throw ends the run in order, on
/// all ranks.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  [[nodiscard]] virtual bool measures(std::uint64_t /*step*/) const { return false; }
  /// Exponent counts; asked of measured steps only.
  [[nodiscard]] virtual bool counts(std::uint64_t /*step*/) const { return false; }
  [[nodiscard]] virtual bool snapshots(std::uint64_t /*step*/) const { return false; }
  virtual void on_step(const StepReport& /*report*/) {}
  virtual void on_snapshot(const SnapshotReport& /*report*/) {}
  /// Timing of measured steps, in blocks, later than their on_step.
  virtual void on_timing(std::span<const StepTiming> /*timings*/) {}
  virtual void on_evaluation(const EvaluationReport& /*report*/) {}
};

}  // namespace plumb::train
