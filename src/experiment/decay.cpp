#include "experiment/decay.hpp"

#include <limits>

#include "data/sample_order.hpp"
#include "theory/decay_check.hpp"
#include "train/problem.hpp"

namespace plumb::experiment {
namespace {

/// Mean over the first batch of ||x||^2.
double input_square_norm(const study::RunSettings& run, const data::Dataset& dataset) {
  const data::SampleOrder order(dataset.size(data::Split::Train), run.train.seed);
  std::vector<float> x(dataset.inputs());
  double sum = 0;
  for (std::size_t s = 0; s < run.train.batch; ++s) {
    dataset.read(data::Split::Train, order.index(s), x);
    for (const double value : x) sum += value * value;
  }
  return sum / static_cast<double>(run.train.batch);
}

/// Below it deltas lose digits, or vanish. They carry the loss scale while they are rounded.
double smallest_normal(const train::TrainSettings& settings) {
  constexpr double kFirstDynamicScale = 65536;
  const double scale = settings.loss_scale.dynamic ? kFirstDynamicScale : settings.loss_scale.value;
  if (settings.gradient_format == math::NumberFormat::Float16) return 0x1p-14 / scale;
  const bool wide = settings.precision == train::Precision::Float64;
  return (wide ? double{std::numeric_limits<double>::min()}
               : double{std::numeric_limits<float>::min()}) /
         scale;
}

}  // namespace

theory::Prediction predict_run(const study::RunSettings& run, const data::Dataset& dataset) {
  double square_norm = input_square_norm(run, dataset);
  if (run.network.family == net::Family::Rnn) square_norm /= static_cast<double>(run.network.depth);
  return theory::predict(run.network, train::problem_of(dataset), square_norm);
}

void DecayObserver::on_step(const train::StepReport& report) {
  if (report.step != 0) return;
  for (const train::LayerSums& layer : report.layers) {
    delta_rms_.push_back(layer.delta.scaled_norm(1 / static_cast<double>(batch_)) /
                         report.loss_scale);
  }
}

train::Check check_decay(const comm::Communicator& world, const study::RunSettings& run,
                         const theory::Prediction& prediction, const DecayObserver& measured) {
  train::Check check{"decay_matches_theory", false, ""};
  if (world.rank() == 0) {
    const theory::DecayCheck verdict = theory::check_decay(
        prediction, run.network, measured.delta_rms(), run.train.batch, smallest_normal(run.train));
    check.passed = verdict.passed || !verdict.checked;
    check.detail = verdict.detail;
  }
  auto passed = static_cast<std::int64_t>(check.passed);
  world.max(std::span<std::int64_t>(&passed, 1));
  check.passed = passed != 0;
  world.broadcast(check.detail);
  return check;
}

}  // namespace plumb::experiment
