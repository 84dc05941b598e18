#include "experiment/history_size.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "experiment/decay.hpp"
#include "net/families/family.hpp"
#include "record/history_size.hpp"
#include "train/context.hpp"
#include "train/gradient_store.hpp"

namespace plumb::experiment {
namespace {

std::uint64_t rounded_up(std::uint64_t steps, std::uint64_t every) {
  return (steps + every - 1) / every;
}

/// `entries` magnitudes of a normal distribution of standard deviation 2^exponent, by binary
/// exponent, with the scatter that counts have.
core::ExponentCounts normal_counts(double entries, int exponent, std::uint64_t seed) {
  core::ExponentCounts counts{};
  for (int below = -30; below <= 2; ++below) {
    const double low = std::ldexp(1.0, below);
    const double expected =
        entries * (std::erf(2 * low / std::sqrt(2)) - std::erf(low / std::sqrt(2)));
    // Any number of about one standard deviation that is not the same everywhere.
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const double scatter = static_cast<double>(seed >> 33U) / 0x1p30 - 1;
    const double count = std::round(expected + scatter * std::sqrt(expected));
    const int place = std::clamp(exponent + below - core::kLowestExponent, 0,
                                 static_cast<int>(core::kExponents) - 1);
    counts[static_cast<std::size_t>(place)] += static_cast<std::uint64_t>(std::max(0.0, count));
  }
  return counts;
}

history::HistogramRow typical_histograms(const probe::NetworkInfo& info) {
  constexpr int kExponent = -8;
  history::HistogramRow row;
  for (std::size_t l = 0; l < info.facts.size(); ++l) {
    const history::LayerFacts& facts = info.facts[l];
    const auto deltas = static_cast<double>(info.batch) * static_cast<double>(facts.entries);
    row.layers.push_back({normal_counts(static_cast<double>(facts.weights), kExponent, 2 * l + 1),
                          normal_counts(deltas, kExponent - static_cast<int>(l % 8), 2 * l + 2)});
  }
  return row;
}

/// Of the gradient, where record.buckets has them recorded.
std::size_t recorded_buckets(const RunInputs& inputs, const net::ParameterLayout& layout) {
  const study::RunSettings& run = inputs.run;
  const bool tree = run.train.allreduce.algorithm == train::AllreduceAlgorithm::Tree;
  if (!run.record.buckets || !tree || inputs.world.size() == 1) return 0;
  const bool wide = run.train.precision == train::Precision::Float64;
  const auto longest =
      run.train.allreduce.bucket_kib * 1024 / (wide ? sizeof(double) : sizeof(float));
  return train::cut_into_buckets(layout, longest).size();
}

std::uint64_t evaluations(const study::RunSettings& run, const data::Dataset& dataset) {
  if (dataset.size(data::Split::Test) == 0) return 0;
  const std::uint64_t every = run.train.evaluate_every;
  return 1 + (every == 0 || run.train.steps == 0 ? 0 : (run.train.steps - 1) / every);
}

}  // namespace

double expected_history_bytes(const RunInputs& inputs) {
  const study::RunSettings& run = inputs.run;
  const probe::NetworkInfo info =
      probe::make_network_info(run.network, train::problem_of(inputs.dataset), run.train.loss,
                               run.train.batch, run.train.slice);
  history::HistoryHeader header = header_of(inputs, info, predict_run(run, inputs.dataset), {});
  header.buckets.resize(recorded_buckets(inputs, info.layout));
  record::HistoryExtent extent;
  extent.rows = rounded_up(run.train.steps, run.record.every);
  extent.histogram_rows = rounded_up(run.train.steps, run.record.histogram_every);
  extent.evaluations = evaluations(run, inputs.dataset);
  extent.snapshots = run.record.snapshot_steps.size();
  extent.snapshot = probe::shapes_of_arrays(info.layout, run.train.batch, info.inputs,
                                            run.train.precision == train::Precision::Float64,
                                            inputs.dataset.is_regression());
  extent.histograms = typical_histograms(info);
  return record::history_bytes(header, extent);
}

}  // namespace plumb::experiment
