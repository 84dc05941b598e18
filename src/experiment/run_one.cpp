#include "experiment/run_one.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <variant>
#include <vector>

#include "comm/agreement.hpp"
#include "core/names.hpp"
#include "experiment/decay.hpp"
#include "net/families/family.hpp"
#include "net/network.hpp"
#include "probe/history_probe.hpp"
#include "record/history_writer.hpp"
#include "theory/decay_check.hpp"
#include "train/context.hpp"
#include "train/trainer.hpp"

namespace plumb::experiment {
namespace {

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
  if (outcome.status == train::Status::Diverged) {
    result.diverged_step = static_cast<std::int64_t>(outcome.diverged_step);
  }
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

history::HistoryOutcome history_outcome(const train::Outcome& outcome) {
  if (outcome.status == train::Status::Completed) return {"completed", -1};
  return {"diverged", static_cast<std::int64_t>(outcome.diverged_step)};
}

/// Mean square of the weights between equal layers at the start: of the recurrent matrix, or of the
/// last hidden layer.
double hidden_weight_variance(const net::NetworkSettings& network,
                              const net::ProblemShape& problem) {
  const auto layers = net::mean_field_factors(network, problem);
  return layers[layers.size() < 2 ? 0 : layers.size() - 2].single_variance;
}

/// Attributes of /model that only some families have.
void add_family_attributes(const net::NetworkSettings& network, history::HistoryHeader& header) {
  for (const auto& [name, value] : net::recipe_of(network.family).own_settings(network)) {
    std::visit([&, &key = name](const auto& setting) { header.model[key] = setting; }, value);
  }
}

/// Residual networks approach no fixed point, so they have no scales of approach either.
history::TheoryHeader theory_header(const theory::Prediction& prediction,
                                    const net::NetworkSettings& network) {
  const bool residual = network.residual;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  history::TheoryHeader header;
  header.delta_rms_ratio = prediction.delta_rms_ratio;
  header.attributes = {
      {"q_star", prediction.q_star.value_or(kNone)},
      {"chi_1", prediction.chi_1},
      {"xi_q", residual ? kNone : prediction.xi_q},
      {"xi_c", residual ? kNone : prediction.xi_c},
      {"assumptions", prediction.assumptions},
      {"outside_assumptions", theory::outside_assumptions(prediction, network).value_or("")}};
  return header;
}

history::BucketInfo layers_of(const train::BucketShape& bucket,
                              std::span<const net::Stage> stages) {
  history::BucketInfo info{static_cast<std::int64_t>(bucket.bytes), 0, 0};
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::size_t group = stages[stage].group;
    if (group < bucket.first_group || group > bucket.last_group) continue;
    const auto layer = static_cast<std::int64_t>(stage + 1);
    info.first_layer = info.first_layer == 0 ? layer : std::min(info.first_layer, layer);
    info.last_layer = std::max(info.last_layer, layer);
  }
  if (info.last_layer == 0) throw std::invalid_argument("a bucket holds groups of some stage");
  return info;
}

}  // namespace

RunOutputs run_one(const RunInputs& inputs, std::span<train::Observer* const> more) {
  const study::RunSettings& run = inputs.run;
  // Memory first: a network that does not fit leaves no file behind.
  const auto training = train::prepare_training(
      run.network, run.train, {inputs.world, inputs.dataset, inputs.threads, inputs.on_long_wait});
  const probe::NetworkInfo info =
      probe::make_network_info(run.network, train::problem_of(inputs.dataset), run.train.loss,
                               run.train.batch, run.train.slice);
  theory::Prediction prediction;
  std::unique_ptr<record::HistoryWriter> writer;
  comm::agree_on_failure(inputs.world, [&] {
    if (inputs.world.rank() != 0) return;
    prediction = predict_run(run, inputs.dataset);
    const history::HistoryHeader header = header_of(inputs, info, prediction, training->buckets());
    writer = std::make_unique<record::HistoryWriter>(inputs.history_file, header, inputs.overwrite);
  });
  probe::HistoryProbe probe(run.record, info, writer.get());
  DecayObserver decay(run.train.batch);
  std::vector<train::Observer*> observers{&probe, &decay};
  observers.insert(observers.end(), more.begin(), more.end());
  train::Outcome outcome = training->run(observers);
  outcome.checks.push_back(check_decay(inputs.world, run, prediction, decay));
  comm::agree_on_failure(inputs.world, [&] {
    if (writer) writer->finish(history_outcome(outcome));
  });
  return summarise(inputs, outcome);
}

std::vector<history::BucketInfo> layers_of_buckets(std::span<const train::BucketShape> buckets,
                                                   std::span<const net::Stage> stages) {
  std::vector<history::BucketInfo> infos;
  infos.reserve(buckets.size());
  for (const train::BucketShape& bucket : buckets) infos.push_back(layers_of(bucket, stages));
  return infos;
}

history::HistoryHeader header_of(const RunInputs& inputs, const probe::NetworkInfo& info,
                                 const theory::Prediction& prediction,
                                 std::span<const train::BucketShape> buckets) {
  const study::RunSettings& run = inputs.run;
  history::HistoryHeader header;
  for (std::size_t row = 0; row < info.stages.size(); ++row) {
    const net::LayerShape& shape = info.shapes[row];
    const std::size_t group = info.stages[row].group;
    header.layers.push_back({info.stages[row].name, static_cast<std::int64_t>(shape.fan_in),
                             static_cast<std::int64_t>(shape.fan_out),
                             static_cast<std::int64_t>(info.layout.parameters(group))});
  }
  header.model = {{"family", core::name_of(run.network.family)},
                  {"depth", static_cast<std::int64_t>(run.network.depth)},
                  {"width", static_cast<std::int64_t>(run.network.width)},
                  {"activation", core::name_of(run.network.activation)},
                  {"negative_slope", run.network.negative_slope},
                  {"init", core::name_of(run.network.init)},
                  {"loss", core::name_of(run.train.loss)},
                  {"precision", core::name_of(run.train.precision)},
                  {"inputs", static_cast<std::int64_t>(info.inputs)},
                  {"classes", static_cast<std::int64_t>(inputs.dataset.classes())},
                  {"parameters", static_cast<std::int64_t>(info.layout.parameters())},
                  {"hidden_weight_variance",
                   hidden_weight_variance(run.network, train::problem_of(inputs.dataset))}};
  if (!run.network.widths.empty()) {
    header.model["widths"] = fmt::format("{}", fmt::join(run.network.widths, "-"));
  }
  add_family_attributes(run.network, header);
  // Shapes alone count, whatever the precision.
  header.model["flop_per_step"] =
      net::make_network<float>(run.network, run.train.loss, train::problem_of(inputs.dataset))
          ->step_flops(run.train.batch);
  header.class_names = inputs.dataset.summary().class_names;
  header.toml = inputs.toml;
  header.resolved_json = study::settings_json(run);
  header.provenance_json = inputs.provenance_json;
  header.theory = theory_header(prediction, run.network);
  if (run.record.buckets) header.buckets = layers_of_buckets(buckets, info.stages);
  return header;
}

}  // namespace plumb::experiment
