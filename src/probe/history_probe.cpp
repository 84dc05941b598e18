#include "probe/history_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/mlp.hpp"
#include "probe/quantities.hpp"
#include "probe/snapshot.hpp"

namespace plumb::probe {

static_assert(kPhases == train::kPhaseCount);

HistoryProbe::HistoryProbe(RecordSettings settings, const net::ParameterLayout& layout,
                           net::Activation activation, std::size_t batch, RowSink* sink)
    : settings_(std::move(settings)),
      layout_(layout),
      activation_(activation),
      batch_(batch),
      sink_(sink) {}

bool HistoryProbe::measures(std::uint64_t step) const { return step % settings_.every == 0; }

bool HistoryProbe::snapshots(std::uint64_t step) const {
  const auto& steps = settings_.snapshot_steps;
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

void HistoryProbe::on_step(const train::StepReport& report) {
  if (sink_ == nullptr || !measures(report.step)) return;
  StepRow row;
  row.step = static_cast<std::int64_t>(report.step);
  row.loss = report.loss;
  row.accuracy = report.accuracy;
  row.learning_rate = report.learning_rate;
  for (std::size_t layer = 0; layer < report.layers.size(); ++layer) {
    const bool is_output = layer + 1 == report.layers.size();
    const math::Function function =
        is_output ? math::Function::Linear : net::to_function(activation_);
    row.layers.push_back(layer_row(report.layers[layer], layout_.shape(layer), batch_,
                                   math::activation_pivot(function)));
  }
  sink_->write(row);
}

void HistoryProbe::on_snapshot(const train::SnapshotReport& report) {
  if (sink_ != nullptr && snapshots(report.step))
    sink_->write_snapshot(name_arrays(report, layout_));
}

void HistoryProbe::on_timing(std::span<const train::StepTiming> timings) {
  if (sink_ == nullptr) return;
  std::vector<TimingRow> rows;
  for (const train::StepTiming& timing : timings) {
    TimingRow& row = rows.emplace_back();
    row.step = static_cast<std::int64_t>(timing.step);
    std::copy(timing.seconds.begin(), timing.seconds.end(), row.seconds);
  }
  sink_->write_timing(rows);
}

void HistoryProbe::on_evaluation(const train::EvaluationReport& report) {
  if (sink_ == nullptr) return;
  sink_->write_evaluation({static_cast<std::int64_t>(report.step), report.loss, report.accuracy});
}

std::vector<std::string> layer_names(std::size_t layers) {
  std::vector<std::string> names;
  for (std::size_t layer = 1; layer < layers; ++layer) {
    names.push_back(fmt::format("hidden_{}", layer));
  }
  names.emplace_back("output");
  return names;
}

}  // namespace plumb::probe
