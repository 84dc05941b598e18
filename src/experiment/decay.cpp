#include "experiment/decay.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "data/sample_order.hpp"
#include "history/quantities.hpp"
#include "net/families/family.hpp"
#include "theory/decay_check.hpp"
#include "train/context.hpp"

namespace plumb::experiment {
namespace {

// They stand for a larger batch: reading all of it takes time that one process alone would spend.
constexpr std::size_t kMostSamples = 1024;

/// ||x||^2 of the first batch's samples.
std::vector<double> input_square_norms(const study::RunSettings& run,
                                       const data::Dataset& dataset) {
  const data::SampleOrder order(dataset.size(data::Split::Train), run.train.seed);
  std::vector<float> x(dataset.inputs());
  std::vector<double> square_norms(std::min<std::size_t>(run.train.batch, kMostSamples), 0.0);
  for (std::size_t s = 0; s < square_norms.size(); ++s) {
    dataset.read(data::Split::Train, order.index(s), x);
    for (const double value : x) square_norms[s] += value * value;
  }
  return square_norms;
}

/// Below it deltas lose digits, or vanish. They carry the loss scale while they are rounded.
double smallest_normal(const train::TrainSettings& settings, double scale) {
  if (settings.gradient_format == math::NumberFormat::Float16) return 0x1p-14 / scale;
  const bool wide = settings.precision == train::Precision::Float64;
  return (wide ? double{std::numeric_limits<double>::min()}
               : double{std::numeric_limits<float>::min()}) /
         scale;
}

}  // namespace

theory::Prediction predict_run(const study::RunSettings& run, const data::Dataset& dataset) {
  std::vector<double> square_norms = input_square_norms(run, dataset);
  const auto steps = static_cast<double>(net::time_steps(run.network));
  for (double& norm : square_norms) norm /= steps;
  return theory::predict(run.network, train::problem_of(dataset), square_norms);
}

void DecayObserver::on_step(const train::StepReport& report) {
  if (report.step != 0) return;
  loss_scale_ = report.loss_scale;
  for (const history::LayerSums& layer : report.layers) {
    delta_rms_.push_back(history::delta_rms(layer, batch_, report.loss_scale));
  }
}

train::Check check_decay(const comm::Communicator& world, const study::RunSettings& run,
                         const theory::Prediction& prediction, const DecayObserver& measured) {
  train::Check check{"decay_matches_theory", false, ""};
  if (world.rank() == 0) {
    const theory::DecayCheck verdict =
        theory::check_decay(prediction, run.network, measured.delta_rms(), run.train.batch,
                            smallest_normal(run.train, measured.loss_scale()));
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
