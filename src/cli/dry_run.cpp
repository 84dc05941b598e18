// plumbline run --dry-run: what the study would cost, without training.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "cli/run_plan.hpp"
#include "comm/agreement.hpp"
#include "data/dataset.hpp"
#include "history/quantities.hpp"
#include "net/network.hpp"
#include "train/context.hpp"
#include "train/gradient_store.hpp"
#include "train/trainer.hpp"

namespace plumb::cli {
namespace {

struct Cost {
  std::size_t parameters;
  double step_flops;
  double bytes_per_rank;
  double bytes_recorded;
};

double rows_of(const study::RunSettings& run, std::uint64_t every) {
  return std::ceil(static_cast<double>(run.train.steps) / static_cast<double>(every));
}

/// Of the gradient, where record.buckets has them recorded.
std::size_t recorded_buckets(const study::RunSettings& run, const net::Network<float>& network,
                             std::size_t ranks, double scalar) {
  const train::AllreduceSettings& allreduce = run.train.allreduce;
  const bool tree = allreduce.algorithm == train::AllreduceAlgorithm::Tree;
  if (!run.record.buckets || !tree || ranks == 1) return 0;
  const auto longest = allreduce.bucket_kib * 1024 / static_cast<std::size_t>(scalar);
  return train::cut_into_buckets(network.layout(), longest).size();
}

// Before compression, which the mostly empty histograms lose nearly all of their bytes to.
double recorded_bytes(const study::RunSettings& run, const net::Network<float>& network,
                      std::size_t inputs, std::size_t ranks, double scalar) {
  const std::size_t layers = network.stages().size();
  const std::size_t buckets = recorded_buckets(run, network, ranks, scalar);
  const double snapshot =
      scalar * (2 * static_cast<double>(network.layout().parameters()) +
                static_cast<double>(run.train.batch) * static_cast<double>(inputs));
  return rows_of(run, run.record.every) *
             static_cast<double>(history::bytes_per_step(layers, buckets)) +
         rows_of(run, run.record.histogram_every) *
             static_cast<double>(history::bytes_per_histogram(layers)) +
         snapshot * static_cast<double>(run.record.snapshot_steps.size());
}

Cost cost_of(const study::RunSettings& run, const data::Dataset& dataset, std::size_t ranks,
             std::size_t threads) {
  const bool wide = run.train.precision == train::Precision::Float64;
  const double scalar = wide ? sizeof(double) : sizeof(float);
  // Only shapes matter here, so the precision of the network object does not.
  const auto network =
      net::make_network<float>(run.network, run.train.loss, train::problem_of(dataset));
  Cost cost{};
  cost.parameters = network->layout().parameters();
  cost.step_flops = network->step_flops(run.train.batch);
  cost.bytes_per_rank = static_cast<double>(
      train::training_bytes(run.network, run.train, train::problem_of(dataset), ranks, threads));
  cost.bytes_recorded = recorded_bytes(run, *network, dataset.inputs(), ranks, scalar);
  return cost;
}

}  // namespace

void print_dry_run(const comm::Communicator& world, const RunPlan& plan,
                   experiment::DatasetCache& datasets) {
  if (world.rank() == 0) {
    fmt::print("{}: {} runs, {} ranks, results would go to {}\n", plan.study.name, plan.runs.size(),
               world.size(), plan.output.string());
    fmt::print("{:>5}  {:<40} {:>7} {:>12} {:>12} {:>14} {:>14}\n", "index", "label", "threads",
               "parameters", "GFLOP/step", "MB/rank", "MB recorded");
  }
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const study::RunSettings& run = plan.runs[i];
    Cost cost{};
    comm::agree_on_failure(world, [&] {
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
