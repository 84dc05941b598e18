#include "probe/history_probe.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "probe/quantities.hpp"
#include "probe/snapshot.hpp"

namespace plumb::probe {

Subject make_subject(const net::NetworkSettings& network, const net::ProblemShape& problem,
                     net::Loss loss, std::size_t batch, std::size_t slice) {
  const auto shape_of = net::make_network<float>(network, loss, problem);
  Subject subject{{shape_of->stages().begin(), shape_of->stages().end()},
                  {},
                  {},
                  shape_of->layout(),
                  network,
                  problem.inputs,
                  batch,
                  slice};
  for (std::size_t row = 0; row < subject.stages.size(); ++row) {
    subject.shapes.push_back(subject.layout.shape(subject.stages[row].group));
    subject.pivots.push_back(shape_of->pivot(row));
  }
  return subject;
}

HistoryProbe::HistoryProbe(RecordSettings settings, Subject subject, history::RowSink* sink)
    : settings_(std::move(settings)),
      subject_(std::move(subject)),
      sink_(sink),
      noise_(subject_.stages.size(), history::NoiseScale(subject_.slice, subject_.batch)),
      total_noise_(subject_.slice, subject_.batch) {}

bool HistoryProbe::counts(std::uint64_t step) const {
  return step % settings_.histogram_every == 0;
}

// Counting needs the sums of the step, whether they get a row or not.
bool HistoryProbe::measures(std::uint64_t step) const {
  return step % settings_.every == 0 || counts(step);
}

bool HistoryProbe::snapshots(std::uint64_t step) const {
  const auto& steps = settings_.snapshot_steps;
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

void HistoryProbe::on_step(const train::StepReport& report) {
  if (sink_ == nullptr) return;
  if (report.step % settings_.every == 0) write_row(report);
  if (counts(report.step)) write_histograms(report);
}

void HistoryProbe::write_row(const train::StepReport& report) {
  history::StepRow row;
  row.step = report.step;
  row.loss = report.loss;
  row.accuracy = report.accuracy;
  row.learning_rate = report.learning_rate;
  row.gradient_norm = report.gradient_norm;
  row.clip_factor = report.clip_factor;
  row.loss_scale = report.loss_scale;
  const StepScale scale{subject_.batch, report.loss_scale};
  math::SquareSum all_slices;
  math::SquareSum whole;
  for (std::size_t l = 0; l < report.layers.size(); ++l) {
    const history::LayerSums& sums = report.layers[l];
    row.layers.push_back(
        layer_row(sums, subject_.stages[l], subject_.shapes[l], scale, subject_.pivots[l]));
    noise_[l].add(sums.slice_gradients, report.loss_scale, sums.exact_gradient);
    row.layers.back().noise_scale = noise_[l].value();
    all_slices += sums.slice_gradients;
    whole += sums.exact_gradient;
  }
  // Squares of time steps' contributions do not add up to the square of their sum.
  const bool rows_share_weights = subject_.network.family == net::Family::Rnn;
  if (!rows_share_weights) total_noise_.add(all_slices, report.loss_scale, whole);
  row.noise_scale = total_noise_.value();
  sink_->write(row);
}

void HistoryProbe::write_histograms(const train::StepReport& report) {
  sink_->write_histograms({report.step, {report.histograms.begin(), report.histograms.end()}});
}

void HistoryProbe::on_snapshot(const train::SnapshotReport& report) {
  if (sink_ == nullptr || !snapshots(report.step)) return;
  sink_->write_snapshot(name_arrays(report, subject_.layout, subject_.inputs));
}

void HistoryProbe::on_timing(std::span<const train::StepTiming> timings) {
  if (sink_ == nullptr) return;
  std::vector<history::StepTiming> recorded;
  std::copy_if(
      timings.begin(), timings.end(), std::back_inserter(recorded),
      [&](const history::StepTiming& timing) { return timing.step % settings_.every == 0; });
  sink_->write_timing(recorded);
  if (!settings_.buckets) return;
  std::erase_if(recorded, [](const history::StepTiming& timing) { return timing.buckets.empty(); });
  if (!recorded.empty()) sink_->write_buckets(recorded);
}

void HistoryProbe::on_evaluation(const train::Evaluation& evaluation) {
  if (sink_ != nullptr) sink_->write_evaluation(evaluation);
}

}  // namespace plumb::probe
