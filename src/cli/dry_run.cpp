#include "cli/dry_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "cli/machine.hpp"
#include "cli/run_plan.hpp"
#include "comm/agreement.hpp"
#include "data/dataset.hpp"
#include "experiment/cost.hpp"
#include "net/network.hpp"
#include "train/context.hpp"
#include "train/trainer.hpp"

namespace plumb::cli {
namespace {

struct Cost {
  std::size_t parameters = 0;
  double step_flops = 0;
  double training_bytes = 0;  // of the busiest rank
  double peak_bytes = 0;      // with data, libraries and MPI
  double bytes_recorded = 0;
  std::optional<experiment::TrialTimes> times;
};

/// The most memory that any rank has had so far: data, libraries, MPI.
double memory_so_far(const comm::Communicator& world) {
  double bytes = peak_memory_bytes();
  world.max(std::span<double>(&bytes, 1));
  return bytes;
}

Cost cost_of(const experiment::RunInputs& inputs, double memory_before) {
  const study::RunSettings& run = inputs.run;
  const net::ProblemShape problem = train::problem_of(inputs.dataset);
  // Only shapes matter here, so the precision of the network object does not.
  const auto network = net::make_network<float>(run.network, run.train.loss, problem);
  Cost cost;
  cost.parameters = network->layout().parameters();
  cost.step_flops = network->step_flops(run.train.batch);
  cost.training_bytes = static_cast<double>(
      train::training_bytes(run.network, run.train, problem,
                            static_cast<std::size_t>(inputs.world.size()), inputs.threads));
  cost.peak_bytes = memory_before + cost.training_bytes;
  if (inputs.world.rank() == 0) cost.bytes_recorded = experiment::expected_history_bytes(inputs);
  return cost;
}

void print_head(const comm::Communicator& world, const RunPlan& plan, bool time) {
  fmt::print("{}: {} run{}, {} rank{}, results would go to {}\n", plan.study.name, plan.runs.size(),
             plan.runs.size() == 1 ? "" : "s", world.size(), world.size() == 1 ? "" : "s",
             plan.output.string());
  fmt::print("{:>5}  {:<40} {:>7} {:>12} {:>12} {:>14} {:>14}", "index", "label", "threads",
             "parameters", "GFLOP/step", "MB/rank", "MB recorded");
  fmt::print("{}\n", time ? fmt::format(" {:>12} {:>12}", "ms/step", "seconds") : "");
}

void print_row(const study::RunSettings& run, std::size_t threads, const Cost& cost) {
  fmt::print("{:>5}  {:<40} {:>7} {:>12} {:>12.4g} {:>14.4g} {:>14.4g}", run.index, run.label,
             threads, cost.parameters, cost.step_flops / 1e9, cost.training_bytes / 1e6,
             cost.bytes_recorded / 1e6);
  if (cost.times) {
    fmt::print(" {:>12.4g} {:>12.4g}", 1e3 * cost.times->step_seconds, cost.times->total_seconds);
  }
  fmt::print("\n");
  std::fflush(stdout);  // the next one may take its time
}

/// Sums and maxima over the runs.
struct Total {
  double seconds = 0;
  double longest_seconds = 0;
  double bytes_recorded = 0;
  double peak_bytes = 0;
  std::size_t threads = 1;

  void add(const Cost& cost, std::size_t run_threads) {
    bytes_recorded += cost.bytes_recorded;
    peak_bytes = std::max(peak_bytes, cost.peak_bytes);
    threads = std::max(threads, run_threads);
    if (!cost.times) return;
    seconds += cost.times->total_seconds;
    longest_seconds = std::max(longest_seconds, cost.times->total_seconds);
  }
};

void print_total(const comm::Communicator& world, const RunPlan& plan, bool time,
                 const Total& total) {
  fmt::print(
      "total: {:.4g} MB recorded, at most {:.4g} MB of memory per rank (with data, "
      "libraries and MPI)",
      total.bytes_recorded / 1e6, total.peak_bytes / 1e6);
  if (time) fmt::print(", {:.4g} s on this machine", total.seconds);
  fmt::print("\n");
  const auto ranks = world.ranks_of_nodes();
  const auto on_node = static_cast<double>(*std::max_element(ranks.begin(), ranks.end()));
  JobRequest job{static_cast<std::size_t>(world.size()), total.threads, on_node * total.peak_bytes,
                 std::nullopt};
  if (time) job.seconds = total.seconds;
  fmt::print("whole study in one job: #SBATCH {}\n", to_text(job));
  if (plan.runs.size() > 1) {
    if (time) job.seconds = total.longest_seconds;
    fmt::print(
        "one task for each run:  #SBATCH --array=0-{} {}  (run with --index "
        "$SLURM_ARRAY_TASK_ID)\n",
        plan.runs.size() - 1, to_text(job));
  }
  if (!time) fmt::print("how long: --dry-run --time measures some steps of each run\n");
}

}  // namespace

std::string slurm_time(double seconds) {
  const auto all = static_cast<std::uint64_t>(std::ceil(seconds / 60));
  const std::uint64_t days = all / 1440;
  const std::uint64_t hours = all / 60 % 24;
  const std::uint64_t minutes = all % 60;
  return days > 0 ? fmt::format("{}-{:02}:{:02}:00", days, hours, minutes)
                  : fmt::format("{}:{:02}:00", hours, minutes);
}

std::string to_text(const JobRequest& job) {
  constexpr double kHundredMib = 100 * 1048576.0;
  const double hundreds = std::ceil(1.25 * job.bytes_on_node / kHundredMib);
  std::string text = fmt::format("--ntasks={} --cpus-per-task={} --mem={:.0f}M", job.ranks,
                                 job.threads, 100 * hundreds);
  if (job.seconds) text += " --time=" + slurm_time(1.5 * *job.seconds + 60);
  return text;
}

void print_dry_run(const comm::Communicator& world, const RunPlan& plan, const RunOptions& options,
                   experiment::DatasetCache& datasets) {
  if (world.rank() == 0) print_head(world, plan, options.time);
  const double memory_before = memory_so_far(world);
  Total total;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const study::RunSettings& run = plan.runs[i];
    const std::string provenance = provenance_json(world, plan.threads[i], options.command_line);
    const data::Dataset* dataset = nullptr;
    comm::agree_on_failure(world, [&] { dataset = &datasets.open(run); });
    const experiment::RunInputs inputs{world, run,   *dataset,        plan.threads[i],
                                       {},    false, plan.study.toml, provenance};
    Cost cost;
    comm::agree_on_failure(world, [&] { cost = cost_of(inputs, memory_before); });
    if (options.time) cost.times = experiment::try_run(inputs);
    total.add(cost, plan.threads[i]);
    if (world.rank() == 0) print_row(run, plan.threads[i], cost);
  }
  if (options.time) total.peak_bytes = std::max(total.peak_bytes, memory_so_far(world));
  if (world.rank() == 0) print_total(world, plan, options.time, total);
}

}  // namespace plumb::cli
