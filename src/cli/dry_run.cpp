// plumbline run --dry-run: what the study would cost, without training.
#include <fmt/format.h>

#include <cstdio>

#include "cli/run_plan.hpp"
#include "comm/agreement.hpp"
#include "net/mlp.hpp"
#include "train/work_plan.hpp"

namespace plumb::cli {
namespace {

struct Cost {
  std::size_t parameters;
  double step_flops;
  double bytes_per_rank;
  double bytes_recorded;
};

// Activations and derivatives of all layers, two deltas, the input.
double slice_bytes(const net::ParameterLayout& layout, std::size_t samples, double scalar) {
  double units = static_cast<double>(layout.shape(0).fan_in);
  double widest = 0;
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    const auto width = static_cast<double>(layout.shape(l).fan_out);
    units += 2 * width;
    widest = std::max(widest, width);
  }
  return static_cast<double>(samples) * (units + 2 * widest) * scalar;
}

double recorded_bytes(const study::RunSettings& run, const net::ParameterLayout& layout,
                      std::size_t inputs, double scalar) {
  constexpr double kQuantities = 14;  // per step and layer, see probe::LayerRow
  constexpr double kPerStep = 16;     // step axes, training, timing
  const double rows =
      std::ceil(static_cast<double>(run.train.steps) / static_cast<double>(run.record.every));
  const auto layers = static_cast<double>(layout.layers());
  const double snapshot =
      scalar * (2 * static_cast<double>(layout.parameters()) +
                static_cast<double>(run.train.batch) * static_cast<double>(inputs));
  return 8 * rows * (kQuantities * layers + kPerStep) +
         snapshot * static_cast<double>(run.record.snapshot_steps.size());
}

Cost cost_of(const study::RunSettings& run, const data::Dataset& dataset, std::size_t ranks,
             std::size_t threads) {
  const bool wide = run.train.precision == train::Precision::Float64;
  const double scalar = wide ? sizeof(double) : sizeof(float);
  // Only shapes matter here, so the precision of the network object does not.
  const net::Mlp<float> mlp(run.network, run.train.loss, dataset.inputs(), dataset.classes());
  const train::WorkPlan plan(run.train.batch / run.train.slice, ranks, threads);
  const double blocks = 1 + static_cast<double>(std::max<std::size_t>(1, plan.busy_threads(0))) +
                        (run.train.momentum == 0 ? 0 : 1) + (ranks > 1 ? 1 : 0);
  Cost cost{};
  cost.parameters = mlp.layout().parameters();
  cost.step_flops = mlp.step_flops(run.train.batch);
  cost.bytes_per_rank = blocks * static_cast<double>(mlp.layout().block_size()) * scalar +
                        static_cast<double>(plan.of_rank(0).count) *
                            slice_bytes(mlp.layout(), run.train.slice, scalar);
  cost.bytes_recorded = recorded_bytes(run, mlp.layout(), dataset.inputs(), scalar);
  return cost;
}

}  // namespace

void print_dry_run(const comm::Communicator& world, const RunPlan& plan) {
  DatasetCache datasets(plan.data_folder);
  if (world.rank() == 0) {
    fmt::print("{}: {} runs, {} ranks, results would go to {}\n", plan.study.name, plan.runs.size(),
               world.size(), plan.output.string());
    fmt::print("{:>5}  {:<40} {:>7} {:>12} {:>12} {:>14} {:>14}\n", "index", "label", "threads",
               "parameters", "GFLOP/step", "MB/rank", "MB recorded");
  }
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const study::RunSettings& run = plan.runs[i];
    Cost cost{};
    comm::together(world, [&] {
      cost =
          cost_of(run, datasets.open(run), static_cast<std::size_t>(world.size()), plan.threads[i]);
    });
    if (world.rank() != 0) continue;
    fmt::print("{:>5}  {:<40} {:>7} {:>12} {:>12.4g} {:>14.4g} {:>14.4g}\n", run.index, run.label,
               plan.threads[i], cost.parameters, cost.step_flops / 1e9, cost.bytes_per_rank / 1e6,
               cost.bytes_recorded / 1e6);
  }
}

}  // namespace plumb::cli
