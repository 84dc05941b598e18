// What the trainer announces. Observers record, draw progress bars, or stop; the trainer knows none
// of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "history/step_report.hpp"

namespace plumb::train {

using history::BucketTimes;
using history::Evaluation;
using history::LayerHistograms;
using history::LayerSums;
using history::Phase;
using history::PhaseSeconds;
using history::StepReport;
using history::StepTiming;

/// A run of the gradient that is summed over ranks in one go; the first belongs to the last groups.
struct BucketShape {
  std::size_t bytes = 0;  // on the wire
  std::size_t first_group = 0;
  std::size_t last_group = 0;
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
  virtual void on_evaluation(const Evaluation& /*report*/) {}
};

}  // namespace plumb::train
