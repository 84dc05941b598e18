#include "experiment/cost.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/clock.hpp"
#include "experiment/decay.hpp"
#include "history/rows.hpp"
#include "net/families/family.hpp"
#include "probe/history_probe.hpp"
#include "record/history_size.hpp"
#include "train/context.hpp"
#include "train/gradient_store.hpp"
#include "train/trainer.hpp"

namespace plumb::experiment {
namespace {

constexpr std::uint64_t kWarmUp = 2;
constexpr std::uint64_t kOfEachKind = 5;

/// What a step does beside training.
enum class Kind { Plain, Measured, Counted };
constexpr std::size_t kKinds = 3;

/// How many of the steps 0 .. steps-1 are a multiple of `every`.
std::uint64_t multiples_below(std::uint64_t steps, std::uint64_t every) {
  return (steps + every - 1) / every;
}

/// Steps 0, every, ... are measured, steps 0, histogram_every, ... counted.
std::array<std::uint64_t, kKinds> steps_of_kinds(const study::RunSettings& run) {
  const std::uint64_t steps = run.train.steps;
  const std::uint64_t every = std::min(run.record.every, steps);
  const std::uint64_t counted_every = std::min(run.record.histogram_every, steps);
  const std::uint64_t counted = multiples_below(steps, counted_every);
  const std::uint64_t measured =
      multiples_below(steps, every) - multiples_below(steps, std::lcm(every, counted_every));
  return {steps - measured - counted, measured, counted};
}

/// Has the steps of a trial measured and counted by a plan, and computes rows of them.
class TrialObserver final : public train::Observer {
 public:
  TrialObserver(std::vector<Kind> plan, const probe::NetworkInfo& info)
      : plan_(std::move(plan)), probe_({1, 1, false, {}}, info, &sink_) {}
  [[nodiscard]] bool measures(std::uint64_t step) const override {
    return plan_[step] != Kind::Plain;
  }
  [[nodiscard]] bool counts(std::uint64_t step) const override {
    return plan_[step] == Kind::Counted;
  }
  void on_step(const train::StepReport& report) override {
    if (report.layers.empty()) return;
    probe_.on_step(report);
  }

 private:
  class Nowhere final : public history::RowSink {
    void write(const history::StepRow&) override {}
    void write_histograms(const history::HistogramRow&) override {}
    void write_timing(std::span<const history::StepTiming>) override {}
    void write_buckets(std::span<const history::StepTiming>) override {}
    void write_evaluation(const history::Evaluation&) override {}
    void write_snapshot(const history::Snapshot&) override {}
  };

  std::vector<Kind> plan_;
  Nowhere sink_;
  probe::HistoryProbe probe_;
};

std::vector<Kind> plan_of(const std::array<std::uint64_t, kKinds>& counts) {
  std::vector<Kind> plan(kWarmUp, counts[0] > 0 ? Kind::Plain : Kind::Measured);
  plan.front() = Kind::Counted;  // takes all memory
  for (std::uint64_t round = 0; round < kOfEachKind; ++round) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      if (counts[kind] > 0) plan.push_back(static_cast<Kind>(kind));
    }
  }
  return plan;
}

/// Of one kind, warm-up apart; of all steps where a run that diverged has none of the kind.
double median_of(const std::vector<double>& seconds, const std::vector<Kind>& plan, Kind kind) {
  std::vector<double> chosen;
  for (std::size_t i = std::min<std::size_t>(kWarmUp, seconds.size()); i < seconds.size(); ++i) {
    if (plan[i] == kind) chosen.push_back(seconds[i]);
  }
  if (chosen.empty()) chosen = seconds;
  if (chosen.empty()) return 0;
  const auto middle = chosen.begin() + static_cast<std::ptrdiff_t>(chosen.size() / 2);
  std::nth_element(chosen.begin(), middle, chosen.end());
  return *middle;
}

/// Of the test split: between steps, and at the end.
std::uint64_t evaluations_of(const study::RunSettings& run) {
  const std::uint64_t every = run.train.evaluate_every;
  return 1 + (every == 0 ? 0 : (run.train.steps - 1) / every);
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

}  // namespace

TrialTimes try_run(const RunInputs& inputs) {
  const study::RunSettings& run = inputs.run;
  const probe::NetworkInfo info =
      probe::make_network_info(run.network, train::problem_of(inputs.dataset), run.train.loss,
                               run.train.batch, run.train.slice);
  const auto counts = steps_of_kinds(run);
  const std::vector<Kind> plan = plan_of(counts);
  train::TrainSettings settings = run.train;
  settings.steps = plan.size();
  settings.evaluate_every = 0;

  core::Stopwatch watch;
  const auto training = train::prepare_training(
      run.network, settings, {inputs.world, inputs.dataset, inputs.threads, inputs.on_long_wait});
  double preparation = watch.lap();
  TrialObserver observer(plan, info);
  train::Observer* const observers[] = {&observer};
  const train::Outcome outcome = training->run(observers);
  // What comes after the steps: mostly the evaluation.
  double evaluation = std::max(0.0, watch.lap() - outcome.total_seconds);
  inputs.world.max(std::span<double>(&preparation, 1));
  inputs.world.max(std::span<double>(&evaluation, 1));

  TrialTimes times;
  double steps = 0;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    steps += static_cast<double>(counts[kind]) *
             median_of(outcome.step_seconds, plan, static_cast<Kind>(kind));
  }
  times.step_seconds = steps / static_cast<double>(run.train.steps);
  times.total_seconds = preparation + steps + static_cast<double>(evaluations_of(run)) * evaluation;
  return times;
}

double expected_history_bytes(const RunInputs& inputs) {
  const study::RunSettings& run = inputs.run;
  const probe::NetworkInfo info =
      probe::make_network_info(run.network, train::problem_of(inputs.dataset), run.train.loss,
                               run.train.batch, run.train.slice);
  history::HistoryHeader header = header_of(inputs, info, predict_run(run, inputs.dataset), {});
  header.buckets.resize(recorded_buckets(inputs, info.layout));
  record::HistoryExtent extent;
  extent.rows = multiples_below(run.train.steps, run.record.every);
  extent.histogram_rows = multiples_below(run.train.steps, run.record.histogram_every);
  const bool has_test_split = inputs.dataset.size(data::Split::Test) != 0;
  extent.evaluations = has_test_split ? evaluations_of(run) : 0;
  extent.snapshots = run.record.snapshot_steps.size();
  extent.snapshot = probe::shapes_of_arrays(info.layout, run.train.batch, info.inputs,
                                            run.train.precision == train::Precision::Float64,
                                            inputs.dataset.is_regression());
  extent.histograms = typical_histograms(info);
  return record::history_bytes(header, extent);
}

}  // namespace plumb::experiment
