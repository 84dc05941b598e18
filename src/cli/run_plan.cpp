#include "cli/run_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/processors.hpp"
#include "cli/run_report.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/dataset.hpp"
#include "net/families/family.hpp"
#include "net/losses.hpp"
#include "net/network.hpp"
#include "train/context.hpp"
#include "train/work_plan.hpp"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

std::string read_text(const std::string& path) {
  errno = 0;
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path, ignored)) {
    throw core::IoError(
        fmt::format("{}: cannot read the study file ({}); allowed: a readable TOML file", path,
                    errno != 0 ? std::strerror(errno) : "it is a folder"));
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<study::RunSettings> select(const study::Study& study, const RunOptions& options) {
  if (!options.index) return study.runs;
  if (*options.index >= study.runs.size()) {
    throw core::UsageError(fmt::format("--index {}: {} has {} runs; allowed: 0 to {}",
                                       *options.index, options.study_file, study.runs.size(),
                                       study.runs.size() - 1));
  }
  return {study.runs[*options.index]};
}

std::size_t threads_for(const comm::Communicator& world, const Processors& mine,
                        const RunOptions& options, const study::RunSettings& run) {
  const std::size_t slices = run.train.batch / run.train.slice;
  const auto ranks = static_cast<std::size_t>(world.size());
  const auto requested = requested_threads(options.threads);
  const std::size_t threads = requested.value_or(
      default_threads(mine, static_cast<std::size_t>(world.ranks_on_node()), slices / ranks));
  try {
    const train::WorkPlan check(slices, ranks, threads);
  } catch (const core::UsageError& error) {
    throw core::UsageError(fmt::format("{}: {}: {}", options.study_file, run.label, error.what()));
  }
  return threads;
}

// What only the data can tell: whether the network's shape suits it.
void refuse_incompatibility(const study::Study& study, const study::RunSettings& run,
                            const data::Dataset& dataset) {
  const net::Incompatibility fault = net::incompatibility(run.network, train::problem_of(dataset));
  if (fault.key.empty()) return;
  throw core::UsageError(fmt::format("{}: {}", study.where(fault.key), fault.message));
}

// Only for who wrote something about pooling: by default it happens where it can.
void refuse_ineffective_pooling(const study::Study& study, const study::RunSettings& run,
                                const data::Dataset& dataset) {
  const std::string reason = net::ineffective_pooling(run.network, train::problem_of(dataset));
  if (reason.empty()) return;
  for (const char* key : {"network.pooling", "network.pool_every"}) {
    if (!study.places.contains(key)) continue;
    throw core::UsageError(fmt::format("{}: {} has no effect, {}", study.where(key), key, reason));
  }
}

// Only a file tells whether its targets are classes.
void refuse_class_loss(const study::Study& study, const study::RunSettings& run,
                       const data::Dataset& dataset) {
  if (!dataset.is_regression() || net::info_of(run.train.loss).predicts_values) return;
  throw core::UsageError(fmt::format(
      "{}: train.loss = {} does not suit regression targets; allowed: mean_squared_error",
      study.where("train.loss"), core::name_of(run.train.loss)));
}

// Only a file tells whether it holds test data.
void refuse_evaluation_without_test_data(const study::Study& study, const study::RunSettings& run,
                                         const data::Dataset& dataset) {
  if (run.train.evaluate_every == 0 || dataset.size(data::Split::Test) != 0) return;
  throw core::UsageError(fmt::format(
      "{}: train.evaluate_every needs test data, and {} has none; allowed: 0, or a data.test_path",
      study.where("train.evaluate_every"), run.data.path));
}

// The plan of slices to workers is the same everywhere only if all ranks have as many threads.
std::size_t agree_on_threads(const comm::Communicator& world, std::size_t mine) {
  auto negative = -static_cast<std::int64_t>(mine);
  world.max(std::span<std::int64_t>(&negative, 1));
  return static_cast<std::size_t>(-negative);
}

}  // namespace

std::string RunOptions::must_be_equal() const {
  std::string text = "run " + study_file;
  if (!output.empty()) text += " -o " + output;
  for (const std::string& override : overrides) text += " --set " + override;
  if (index) text += fmt::format(" --index {}", *index);
  if (dry_run) text += " --dry-run";
  if (time) text += " --time";
  if (force) text += " --force";
  return text;
}

fs::path RunPlan::history_file(const study::RunSettings& run) const {
  return output / fmt::format("{:04}-{}.h5", run.index, run.label);
}

RunPlan plan_runs(const comm::Communicator& world, const RunOptions& options) {
  RunPlan plan;
  std::string text;
  comm::agree_on_failure(world, [&] {
    if (world.rank() == 0) text = read_text(options.study_file);
  });
  world.broadcast(text);
  const Processors mine = processors(world);
  comm::agree_on_failure(world, [&] {
    plan.study = study::parse_study(text, options.study_file, options.overrides);
    plan.runs = select(plan.study, options);
    for (const auto& run : plan.runs)
      plan.threads.push_back(threads_for(world, mine, options, run));
  });
  for (std::size_t& threads : plan.threads) threads = agree_on_threads(world, threads);
  plan.data_folders = {fs::path(options.study_file).parent_path(),
                       data_folder(options.data_folder)};
  plan.output =
      options.output.empty() ? fs::path("results") / plan.study.name : fs::path(options.output);
  return plan;
}

void check_data(const comm::Communicator& world, const RunPlan& plan,
                experiment::DatasetCache& datasets, bool quiet) {
  for (const study::RunSettings& run : plan.runs) {
    if (world.rank() == 0 && !quiet && !datasets.holds(run)) {
      announce_large_file(plan.data_folders, run);
    }
    const data::Dataset& dataset = datasets.open_on_all_ranks(world, run);
    comm::agree_on_failure(world, [&] {
      refuse_incompatibility(plan.study, run, dataset);
      refuse_ineffective_pooling(plan.study, run, dataset);
      refuse_class_loss(plan.study, run, dataset);
      refuse_evaluation_without_test_data(plan.study, run, dataset);
    });
  }
}

}  // namespace plumb::cli
