#include "cli/run_one.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "comm/agreement.hpp"
#include "net/initializers.hpp"
#include "net/mlp.hpp"
#include "probe/history_probe.hpp"
#include "record/history_writer.hpp"
#include "train/trainer.hpp"

namespace plumb::cli {
namespace {

record::HistoryHeader header_of(const RunInputs& inputs, const net::ParameterLayout& layout) {
  const study::RunSettings& run = inputs.run;
  record::HistoryHeader header;
  const std::vector<std::string> names = probe::layer_names(layout.layers());
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    const net::LayerShape& shape = layout.shape(l);
    header.layers.push_back({names[l], static_cast<std::int64_t>(shape.fan_in),
                             static_cast<std::int64_t>(shape.fan_out),
                             static_cast<std::int64_t>(shape.parameters())});
  }
  header.model = {{"family", study::to_string(run.network.family)},
                  {"depth", static_cast<std::int64_t>(run.network.depth)},
                  {"width", static_cast<std::int64_t>(run.network.width)},
                  {"activation", study::to_string(run.network.activation)},
                  {"negative_slope", run.network.negative_slope},
                  {"init", study::to_string(run.network.init)},
                  {"loss", study::to_string(run.train.loss)},
                  {"precision", study::to_string(run.train.precision)},
                  {"inputs", static_cast<std::int64_t>(layout.shape(0).fan_in)},
                  {"classes", static_cast<std::int64_t>(layout.shape(layout.layers() - 1).fan_out)},
                  {"parameters", static_cast<std::int64_t>(layout.parameters())},
                  {"hidden_weight_variance",
                   net::weight_variance(
                       run.network, layout.shape(std::min<std::size_t>(1, layout.layers() - 1)))}};
  header.toml = inputs.toml;
  header.resolved_json = study::settings_json(run);
  header.provenance_json = inputs.provenance_json;
  return header;
}

// Nearest-rank percentile; 0 when there is no value.
double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto nth = values.begin() + std::lround(share * last);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

RunOutputs summarise(const RunInputs& inputs, const train::Outcome& outcome) {
  RunOutputs outputs;
  const std::vector<double>& steps = outcome.step_seconds;
  outputs.seconds = outcome.total_seconds;
  outputs.samples = static_cast<double>(steps.size() * inputs.run.train.batch);
  record::RunResult& result = outputs.result;
  result.index = static_cast<std::int64_t>(inputs.run.index);
  result.label = inputs.run.label;
  result.file = inputs.history_file.filename().string();
  result.settings_json = study::settings_json(inputs.run);
  result.status = outcome.status == train::Status::Completed ? "completed" : "diverged";
  result.samples_per_second = outputs.seconds > 0 ? outputs.samples / outputs.seconds : 0;
  result.step_seconds_median = percentile(steps, 0.5);
  result.step_seconds_p95 = percentile(steps, 0.95);
  if (outcome.final_evaluation) {
    result.final_loss = outcome.final_evaluation->loss;
    result.final_accuracy = outcome.final_evaluation->accuracy;
  }
  for (const train::Check& check : outcome.checks) {
    result.verification.push_back({check.name, check.passed, check.detail});
  }
  return outputs;
}

record::HistoryOutcome history_outcome(const train::Outcome& outcome) {
  if (outcome.status == train::Status::Completed) return {"completed", -1};
  return {"diverged", static_cast<std::int64_t>(outcome.diverged_step)};
}

}  // namespace

RunOutputs run_one(const RunInputs& inputs, Progress& progress) {
  const study::RunSettings& run = inputs.run;
  const net::ParameterLayout layout(
      net::mlp_shapes(run.network, inputs.dataset.inputs(), inputs.dataset.classes()));
  // Memory first: a network that does not fit leaves no file behind.
  const auto training = train::prepare_training(run.network, run.train,
                                                {inputs.world, inputs.dataset, inputs.threads});
  std::unique_ptr<record::HistoryWriter> writer;
  comm::together(inputs.world, [&] {
    if (inputs.world.rank() != 0) return;
    writer = std::make_unique<record::HistoryWriter>(inputs.history_file, header_of(inputs, layout),
                                                     inputs.overwrite);
  });
  probe::HistoryProbe probe(run.record, layout, run.network.activation, run.train.batch,
                            writer.get());
  train::Observer* const observers[] = {&probe, &progress};
  const train::Outcome outcome = training->run(observers);
  comm::together(inputs.world, [&] {
    if (writer) writer->finish(history_outcome(outcome));
  });
  return summarise(inputs, outcome);
}

}  // namespace plumb::cli
