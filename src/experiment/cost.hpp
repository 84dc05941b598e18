// What a run would cost before it runs: time on this machine, from a few of its steps, and bytes on
// the disk.
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

/// Bytes of the run's history, by writing its header and first rows into memory. Histograms are
/// taken to be as well compressed as those of normally distributed gradients. Of any rank.
double expected_history_bytes(const RunInputs& inputs);

}  // namespace plumb::experiment
