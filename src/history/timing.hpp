// Where the time of a training step goes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/names.hpp"

namespace plumb::history {

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
