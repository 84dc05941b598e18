#include "experiment/trial.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "core/clock.hpp"
#include "history/rows.hpp"
#include "probe/history_probe.hpp"
#include "train/context.hpp"
#include "train/trainer.hpp"

namespace plumb::experiment {
namespace {

constexpr std::uint64_t kWarmUp = 2;
constexpr std::uint64_t kOfEachKind = 5;

/// What a step does beside training.
enum class Kind { Plain, Measured, Counted };
constexpr std::size_t kKinds = 3;

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

double evaluations_of(const study::RunSettings& run) {
  const std::uint64_t every = run.train.evaluate_every;
  const std::uint64_t between = every == 0 ? 0 : (run.train.steps - 1) / every;
  return static_cast<double>(1 + between);
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
  times.total_seconds = preparation + steps + evaluations_of(run) * evaluation;
  return times;
}

}  // namespace plumb::experiment
