#include "probe/history_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/accumulators.hpp"

namespace plumb::probe {
namespace {

auto slice(const train::Numbers& block, std::size_t offset, std::size_t count) {
  return std::visit(
      [&](auto span) -> decltype(history::SnapshotArray::values) {
        return span.subspan(offset, count);
      },
      block);
}

/// The arrays of one block: the parameters ("W1") or their gradient ("dW1").
void add_block(const train::Numbers& block, const net::ParameterLayout& layout,
               const std::string& prefix, const std::string& what, history::Snapshot& snapshot) {
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    for (const net::Tensor& tensor : layout.tensors(layer)) {
      snapshot.arrays.push_back({fmt::format("{}{}{}", prefix, tensor.symbol, layer + 1),
                                 slice(block, tensor.offset, tensor.count()), tensor.shape,
                                 tensor.dimensions,
                                 fmt::format("{}{} of layer {}", what, tensor.meaning, layer + 1)});
    }
  }
}

}  // namespace

NetworkInfo make_network_info(const net::NetworkSettings& network, const net::ProblemShape& problem,
                              net::Loss loss, std::size_t batch, std::size_t slice) {
  const auto shape_of = net::make_network<float>(network, loss, problem);
  NetworkInfo info{{shape_of->stages().begin(), shape_of->stages().end()},
                   {},
                   {},
                   shape_of->layout(),
                   network,
                   problem.inputs,
                   batch,
                   slice};
  for (std::size_t row = 0; row < info.stages.size(); ++row) {
    const net::Stage& stage = info.stages[row];
    info.shapes.push_back(info.layout.shape(stage.group));
    info.facts.push_back(
        {info.shapes[row].weights(), stage.units, stage.entries(), shape_of->pivot(row)});
  }
  return info;
}

HistoryProbe::HistoryProbe(RecordSettings settings, NetworkInfo info, history::RowSink* sink)
    : settings_(std::move(settings)),
      info_(std::move(info)),
      sink_(sink),
      noise_(info_.stages.size(), history::NoiseScale(info_.slice, info_.batch)),
      total_noise_(info_.slice, info_.batch) {}

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

void HistoryProbe::on_step(const history::StepReport& report) {
  if (sink_ == nullptr) return;
  if (report.step % settings_.every == 0) write_row(report);
  if (counts(report.step)) {
    sink_->write_histograms({report.step, {report.histograms.begin(), report.histograms.end()}});
  }
}

void HistoryProbe::add_noise(const history::StepReport& report) {
  core::SquareSum all_slices;
  core::SquareSum whole;
  for (std::size_t l = 0; l < report.layers.size(); ++l) {
    const history::LayerSums& sums = report.layers[l];
    noise_[l].add(sums.slice_gradients, report.loss_scale, sums.exact_gradient);
    all_slices += sums.slice_gradients;
    whole += sums.exact_gradient;
  }
  // Squares of time steps' contributions do not add up to the square of their sum.
  const bool rows_share_weights =
      net::hidden_weight_sharing(info_.network) == net::WeightSharing::Time;
  if (!rows_share_weights) total_noise_.add(all_slices, report.loss_scale, whole);
}

void HistoryProbe::write_row(const history::StepReport& report) {
  add_noise(report);
  history::StepRow row;
  row.step = report.step;
  row.values = history::step_values({report, total_noise_});
  for (std::size_t l = 0; l < report.layers.size(); ++l) {
    row.layers.push_back(history::layer_values(
        {report.layers[l], info_.facts[l], noise_[l], info_.batch, report.loss_scale}));
  }
  sink_->write(row);
}

void HistoryProbe::on_snapshot(const train::SnapshotReport& report) {
  if (sink_ == nullptr || !snapshots(report.step)) return;
  sink_->write_snapshot(name_arrays(report, info_.layout, info_.inputs));
}

void HistoryProbe::on_timing(std::span<const history::StepTiming> timings) {
  if (sink_ == nullptr) return;
  std::vector<history::StepTiming> recorded;
  std::copy_if(timings.begin(), timings.end(), std::back_inserter(recorded),
               [&](const auto& timing) { return timing.step % settings_.every == 0; });
  sink_->write_timing(recorded);
  if (!settings_.buckets) return;
  std::erase_if(recorded, [](const auto& timing) { return timing.buckets.empty(); });
  if (!recorded.empty()) sink_->write_buckets(recorded);
}

void HistoryProbe::on_evaluation(const history::Evaluation& evaluation) {
  if (sink_ != nullptr) sink_->write_evaluation(evaluation);
}

history::Snapshot name_arrays(const train::SnapshotReport& report,
                              const net::ParameterLayout& layout, std::size_t inputs) {
  history::Snapshot snapshot;
  snapshot.step = report.step;
  snapshot.arrays.push_back({"x",
                             slice(report.x, 0, report.samples * inputs),
                             {report.samples, inputs},
                             {"sample", "input"},
                             "inputs of the global batch"});
  const bool classes = std::holds_alternative<std::span<const std::int32_t>>(report.y);
  snapshot.arrays.push_back(
      {"y",
       std::visit([](auto y) -> decltype(history::SnapshotArray::values) { return y; }, report.y),
       {report.samples},
       {"sample"},
       classes ? "classes of the global batch" : "values to be predicted for the global batch"});
  add_block(report.parameters, layout, "", "", snapshot);
  add_block(report.gradient, layout, "d",
            "gradient of the mean loss, without weight decay, by the ", snapshot);
  return snapshot;
}

history::Snapshot shapes_of_arrays(const net::ParameterLayout& layout, std::size_t samples,
                                   std::size_t inputs, bool wide, bool values) {
  using Values = decltype(history::SnapshotArray::values);
  const Values number = wide ? Values(std::span<const double>()) : Values(std::span<const float>());
  const Values target =
      values ? Values(std::span<const double>()) : Values(std::span<const std::int32_t>());
  history::Snapshot snapshot;
  snapshot.arrays = {{"x", number, {samples, inputs}, {"sample", "input"}, "inputs"},
                     {"y", target, {samples}, {"sample"}, "targets"}};
  for (const char* prefix : {"", "d"}) {
    for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
      for (const net::Tensor& tensor : layout.tensors(layer)) {
        snapshot.arrays.push_back({fmt::format("{}{}{}", prefix, tensor.symbol, layer + 1), number,
                                   tensor.shape, tensor.dimensions, tensor.meaning});
      }
    }
  }
  return snapshot;
}

}  // namespace plumb::probe
