// How long a run would take on this machine, from a few of its steps.
#pragma once

#include "experiment/run_one.hpp"

namespace plumb::experiment {

struct TrialTimes {
  double step_seconds = 0;   // mean over the steps of the run, by kind of step
  double total_seconds = 0;  // preparation, all steps, evaluations; files and start not counted
};

/// Collective: trains some steps of the run (two to warm up, then some of each kind: neither
/// measured nor counted, measured, counted), and takes medians. Nothing is written. The same on
/// every rank. Throws like run_one().
TrialTimes try_run(const RunInputs& inputs);

}  // namespace plumb::experiment
