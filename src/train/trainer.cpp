#include "train/trainer.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "comm/agreement.hpp"
#include "core/clock.hpp"
#include "net/initializers.hpp"
#include "train/announcer.hpp"
#include "train/evaluation.hpp"
#include "train/step_engine.hpp"
#include "train/timing_log.hpp"

namespace plumb::train {
namespace {

std::vector<std::int32_t> whole_numbers(const std::vector<double>& values) {
  std::vector<std::int32_t> rounded;
  rounded.reserve(values.size());
  for (const double value : values) rounded.push_back(static_cast<std::int32_t>(value));
  return rounded;
}

template <class T>
class Trainer final : public Training {
 public:
  Trainer(const net::NetworkSettings& network, const TrainSettings& settings,
          const TrainContext& context)
      : network_(network),
        settings_(settings),
        context_(context),
        engine_(network, settings, context) {
    net::initialise(network_, engine_.network().layout(), settings_.seed, engine_.parameters());
    gradient_check_.name = "gradient_matches_complex_step";
    if (context_.communicator.rank() == 0) {
      gradient_check_ = check_gradient<T>(network_, settings_, engine_.parameters(),
                                          context_.dataset, engine_.order());
    }
  }

  [[nodiscard]] std::vector<BucketShape> buckets() const override { return engine_.buckets(); }

  Outcome run(std::span<Observer* const> observers) override {
    announcer_.emplace(context_.communicator, observers);
    // Initialisers may use libraries whose bits differ between CPUs; training starts equal.
    context_.communicator.broadcast<T>(engine_.parameters());
    context_.communicator.barrier();  // so that the first step's time is its own
    for (std::uint64_t step = 0; step < settings_.steps && !ended_; ++step) take_step(step);
    flush_timing();
    announcer_->throw_on_all_ranks_if_failed();
    finish();
    announcer_->throw_on_all_ranks_if_failed();
    return outcome_;
  }

 private:
  void take_step(std::uint64_t index) {
    const bool measures = announcer_->measures(index);
    const Measure measure{measures, measures && announcer_->counts(index)};
    core::Stopwatch watch;
    Step<T> step = engine_.begin_step(index, measure, requests());
    const BatchSums sums = step.batch_sums();
    if (sums.stop_code != 0) {
      ended_ = true;
      return;
    }
    const bool snapshot = announcer_->snapshots(index);
    const std::span<const T> gradient = snapshot ? step.gradient() : std::span<const T>{};
    double seconds = watch.lap();
    if (snapshot) announce_snapshot(index, gradient);
    watch.lap();  // snapshots are not part of the step, on no rank: announce_snapshot ends together
    StepResult result = std::move(step).update();
    core::Stopwatch record_watch;
    announce_step(index, sums, result);
    phase(result.seconds, Phase::Record) += record_watch.elapsed();
    seconds += watch.lap();

    outcome_.step_seconds.push_back(seconds);
    if (measures) {
      timings_.add({index, result.seconds, {result.buckets.begin(), result.buckets.end()}});
    }
    if (sums.gather_timing) flush_timing();
    if (!std::isfinite(sums.loss) || loss_scale_is_used_up(result))
      diverge(index);
    else if (evaluates_after(index))
      announce_evaluation(index + 1);
  }

  [[nodiscard]] Requests requests() const {
    return {announcer_->exit_code(), context_.communicator.rank() == 0 && timings_.due()};
  }

  // No loss scale is small enough for the gradient to be finite.
  static bool loss_scale_is_used_up(const StepResult& result) {
    return result.gradient.skip && result.loss_scale < kSmallestLossScale;
  }

  void diverge(std::uint64_t step) {
    outcome_.status = Status::Diverged;
    outcome_.diverged_step = step;
    ended_ = true;
  }

  void announce_step(std::uint64_t step, const BatchSums& sums, const StepResult& result) {
    const auto batch = static_cast<double>(settings_.batch);
    StepReport report;
    report.step = step;
    report.loss = sums.loss / batch;
    report.accuracy = sums.correct / batch;
    report.learning_rate = settings_.learning_rate;
    report.gradient_norm = result.gradient.norm;
    report.clip_factor = result.gradient.clip_factor;
    report.loss_scale = result.loss_scale;
    report.layers = result.layers;
    report.histograms = result.counts;
    announcer_->notify([&](Observer& observer) { observer.on_step(report); });
  }

  void announce_snapshot(std::uint64_t step, std::span<const T> gradient) {
    if (context_.communicator.rank() == 0) notify_snapshot(step, gradient);
    context_.communicator.barrier();
  }

  // Rank 0 reads the whole batch again: any rank can read any sample.
  void notify_snapshot(std::uint64_t step, std::span<const T> gradient) {
    const std::size_t inputs = context_.dataset.inputs();
    core::AlignedBuffer<T> x(settings_.batch * inputs);
    const core::MatrixView<T> rows{x.data(), settings_.batch, inputs};
    std::vector<double> targets(settings_.batch);
    std::vector<float> scratch(inputs);
    for (std::size_t s = 0; s < settings_.batch; ++s) {
      const std::uint64_t index = engine_.order().index(step * settings_.batch + s);
      targets[s] =
          read_sample<T>(context_.dataset, data::Split::Train, index, rows.row(s), scratch);
    }
    const std::span<const T> parameters = engine_.parameters();
    const std::span<const T> values = x.span();
    SnapshotReport report{step, settings_.batch, values, {}, parameters, gradient};
    const std::vector<std::int32_t> classes = whole_numbers(targets);
    if (context_.dataset.is_regression())
      report.y = std::span<const double>(targets);
    else
      report.y = std::span<const std::int32_t>(classes);
    announcer_->notify([&](Observer& observer) { observer.on_snapshot(report); });
  }

  [[nodiscard]] bool evaluates_after(std::uint64_t step) const {
    const bool last = step + 1 == settings_.steps;  // finish() does that one
    return settings_.evaluate_every != 0 && (step + 1) % settings_.evaluate_every == 0 && !last;
  }

  void announce_evaluation(std::uint64_t steps_done) {
    const auto report = evaluate(engine_, context_, settings_.slice, steps_done);
    if (!report) return;
    announcer_->notify([&](Observer& observer) { observer.on_evaluation(*report); });
    outcome_.final_evaluation = report;
  }

  void flush_timing() {
    const std::vector<StepTiming> timings = timings_.take(context_.communicator);
    announcer_->notify([&](Observer& observer) { observer.on_timing(timings); });
  }

  void finish() {
    const std::span<const T> parameters = engine_.parameters();
    // A last step can spoil the parameters without a loss that shows it.
    if (outcome_.status == Status::Completed && !all_finite(parameters))
      diverge(settings_.steps - 1);
    const bool diverged = outcome_.status == Status::Diverged;
    outcome_.final_evaluation.reset();
    if (!diverged) announce_evaluation(settings_.steps);
    gather_times();
    outcome_.checks.push_back(check_parameters_equal(context_.communicator, parameters));
    outcome_.checks.push_back(
        check_finite(parameters, diverged ? std::optional(outcome_.diverged_step) : std::nullopt));
    share_gradient_check();
    outcome_.checks.push_back(gradient_check_);
  }

  void gather_times() {
    // The total first: a rank's wait for another shows up in a later step, so the sum of the
    // slowest ranks' steps would count it twice.
    outcome_.total_seconds =
        std::accumulate(outcome_.step_seconds.begin(), outcome_.step_seconds.end(), 0.0);
    context_.communicator.max(std::span<double>(&outcome_.total_seconds, 1));
    context_.communicator.max(outcome_.step_seconds);
  }

  // Rank 0 made the check; the outcome is the same everywhere.
  void share_gradient_check() {
    auto passed = static_cast<std::int64_t>(gradient_check_.passed);
    context_.communicator.max(std::span<std::int64_t>(&passed, 1));
    gradient_check_.passed = passed != 0;
    context_.communicator.broadcast(gradient_check_.detail);
  }

  const net::NetworkSettings network_;
  const TrainSettings settings_;
  const TrainContext context_;
  StepEngine<T> engine_;
  std::optional<Announcer> announcer_;
  Check gradient_check_;
  TimingLog timings_;
  bool ended_ = false;
  Outcome outcome_;
};

template <class T>
std::size_t bytes_of(const net::NetworkSettings& network, const TrainSettings& settings,
                     const net::ProblemShape& problem, const WorkPlan& plan) {
  return StepEngine<T>::bytes_for(*net::make_network<T>(network, settings.loss, problem), settings,
                                  plan) +
         gradient_check_bytes(*net::make_network<double>(network, settings.loss, problem));
}

}  // namespace

std::size_t training_bytes(const net::NetworkSettings& network, const TrainSettings& settings,
                           const net::ProblemShape& problem, std::size_t ranks,
                           std::size_t threads) {
  const WorkPlan plan(settings.batch / settings.slice, ranks, threads);
  switch (settings.precision) {
    case Precision::Float32:
      return bytes_of<float>(network, settings, problem, plan);
    case Precision::Float64:
      return bytes_of<double>(network, settings, problem, plan);
  }
  throw std::invalid_argument("no such precision");
}

std::unique_ptr<Training> prepare_training(const net::NetworkSettings& network,
                                           const TrainSettings& settings,
                                           const TrainContext& context) {
  std::unique_ptr<Training> training;
  comm::agree_on_failure(context.communicator, [&] {
    if (settings.precision == Precision::Float64) {
      training = std::make_unique<Trainer<double>>(network, settings, context);
    } else {
      training = std::make_unique<Trainer<float>>(network, settings, context);
    }
  });
  return training;
}

}  // namespace plumb::train
