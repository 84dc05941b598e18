// plumbline run --dry-run: what a study would cost, and what a job script should ask of Slurm for
// it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/run_plan.hpp"

namespace plumb::cli {

struct JobRequest {
  std::size_t ranks = 1;
  std::size_t threads = 1;  // per rank
  double bytes_on_node = 0;
  std::optional<double> seconds;
};

/// "--ntasks=2 --cpus-per-task=4 --mem=700M --time=0:05:00": memory of a node with a quarter on top
/// and rounded up to 100 MiB, time with a half and a minute on top, rounded up to minutes.
std::string to_text(const JobRequest& job);

/// "1-02:03:00" or "2:03:00", as Slurm writes times.
std::string slurm_time(double seconds);

/// Rank 0 prints what each run and all of them would cost, and what a job script should ask for,
/// after check_data(). Collective.
void print_dry_run(const comm::Communicator& world, const RunPlan& plan, const RunOptions& options,
                   experiment::DatasetCache& datasets);

}  // namespace plumb::cli
