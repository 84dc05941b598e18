// What a history knows of one training step: the sums that its quantities are computed from, and
// where its time went. The trainer fills them, the probe makes rows of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/accumulators.hpp"
#include "core/names.hpp"

namespace plumb::history {

/// Sums of one row of a history (a layer, a time step) over the whole global batch, at one step.
/// delta, slice_gradients and exact_gradient carry the loss scale, the others do not.
struct LayerSums {
  core::ActivationSums activation;
  core::SquareSum delta;            // of every sample's delta
  core::SquareSum mean_delta;       // of the mean over samples of delta
  core::SquareSum slice_gradients;  // of every slice's share of d mean loss / dW
  core::SquareSum
      exact_gradient;  // of d mean loss / dW before it is rounded to a reduced-precision format
  core::SquareSum bias_gradient;  // of d mean loss / db
  // Of the weights, without biases. Where rows share weights: the gradient is the row's own
  // contribution, the weights and their change are those all share.
  core::UpdateSums update;
  std::int64_t alive_units = 0;  // units with a non-zero derivative for at least one sample
};

/// Entries of one row by binary exponent.
struct LayerHistograms {
  core::ExponentCounts weight_gradient{};  // of d mean loss / dW
  core::ExponentCounts delta{};            // of every sample's delta
};

struct StepReport {
  std::uint64_t step = 0;
  double loss = 0;      // mean over the global batch
  double accuracy = 0;  // share of the global batch
  double learning_rate = 0;
  double gradient_norm = 0;  // over all parameters, before clipping; of measured steps
  double clip_factor = 1;    // what the gradient was multiplied by
  double loss_scale = 1;
  std::span<const LayerSums> layers;            // empty unless the step is measured
  std::span<const LayerHistograms> histograms;  // empty unless the step is counted
};

/// Test split, after `step` steps.
struct Evaluation {
  std::uint64_t step = 0;
  double loss = 0;  // mean over the test split
  double accuracy = 0;
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

/// In the order of the enumeration, which is that of PhaseSeconds and of /timing/phase.
inline constexpr core::Named<Phase> kPhases[] = {
    {Phase::Data, "data"},         {Phase::Forward, "forward"},
    {Phase::Backward, "backward"}, {Phase::AllreduceExposed, "allreduce_exposed"},
    {Phase::Update, "update"},     {Phase::Probe, "probe"},
    {Phase::Record, "record"},     {Phase::AllreduceHidden, "allreduce_hidden"},
};

inline std::span<const core::Named<Phase>> enum_names(Phase /*phase*/) { return kPhases; }

using PhaseSeconds = std::array<double, std::size(kPhases)>;

inline double& phase(PhaseSeconds& seconds, Phase which) {
  return seconds[static_cast<std::size_t>(which)];
}

/// When one bucket of the gradient travelled, in seconds since the step began.
struct BucketTimes {
  double ready = 0;    // computed by all threads of the rank
  double finish = 0;   // summed over ranks
  double exposed = 0;  // seconds that nothing was done but wait for this bucket
};

/// Seconds, the slowest rank's.
struct StepTiming {
  std::uint64_t step = 0;
  PhaseSeconds seconds{};
  std::vector<BucketTimes> buckets;  // first to travel first; none where gradients do not travel
};

}  // namespace plumb::history
