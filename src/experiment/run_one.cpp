#include "experiment/run_one.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "comm/agreement.hpp"
#include "experiment/decay.hpp"
#include "experiment/history_header.hpp"
#include "probe/history_probe.hpp"
#include "record/history_writer.hpp"
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

}  // namespace plumb::experiment
