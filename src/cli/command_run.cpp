// plumbline run: trains every network of a study on all ranks and records its history.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/dry_run.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine.hpp"
#include "cli/output_folder.hpp"
#include "cli/progress.hpp"
#include "cli/run_plan.hpp"
#include "cli/run_report.hpp"
#include "cli/warnings.hpp"
#include "cli/watch.hpp"
#include "comm/agreement.hpp"
#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "core/error.hpp"
#include "experiment/run_one.hpp"

namespace plumb::cli {
namespace {

struct Totals {
  double samples = 0;
  double seconds = 0;
  std::size_t checks = 0;
  std::size_t passed = 0;

  void add(const experiment::RunOutputs& outputs) {
    samples += outputs.samples;
    seconds += outputs.seconds;
    checks += outputs.result.verification.size();
    for (const record::Check& check : outputs.result.verification) passed += check.passed ? 1 : 0;
  }
};

// Hidden layers dominate, and the width counts squared: good enough for a time estimate.
double relative_work(const study::RunSettings& run) {
  double below = 1000;
  double products = 1000;
  for (std::size_t l = 0; l < run.network.depth; ++l) {
    const auto width = static_cast<double>(run.network.width_of(l));
    products += below * width;
    below = width;
  }
  return static_cast<double>(run.train.steps) * static_cast<double>(run.train.batch) * products;
}

void print_failed_checks(const record::RunResult& result) {
  for (const record::Check& check : result.verification) {
    if (check.passed) continue;
    print_warning(
        fmt::format("{}: verification {} failed: {}", result.label, check.name, check.detail));
  }
}

void print_verdict(const Totals& totals) {
  const double rate = totals.seconds > 0 ? totals.samples / totals.seconds : 0;
  const bool passed = totals.passed == totals.checks;
  fmt::print("FOM samples_per_second = {:.6g} samples/s\n", rate);
  fmt::print("VERIFICATION: {} ({}/{})\n", passed ? "PASSED" : "FAILED", totals.passed,
             totals.checks);
  std::fflush(stdout);
}

int run_study(comm::Session& session, const comm::Communicator& world, const RunOptions& options) {
  require_same_command(world, options.must_be_equal());
  const Watch watch(session, world);
  const RunPlan plan = plan_runs(world, options);
  if (world.rank() == 0) {
    for (const std::string& hint : plan.study.hints) print_warning(hint);
  }
  experiment::DatasetCache datasets(plan.data_folders);
  check_data(world, plan, datasets, options.quiet);
  if (options.dry_run) {
    print_dry_run(world, plan, options, datasets);
    return 0;
  }
  OutputFolder output(world, options, plan);
  if (const std::string removals = output.removals(); !removals.empty()) print_warning(removals);
  warn_about_setup(world, plan);
  std::vector<double> work;
  for (const auto& run : plan.runs) work.push_back(relative_work(run));
  RunReport report(world, plan, options.quiet);
  Progress progress(plan.runs.size(), work, options.quiet);
  const auto on_long_wait = [&world](const std::string& message) {
    print_warning(comm::with_rank(world, message));
  };
  Totals totals;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const study::RunSettings& run = plan.runs[i];
    const std::string provenance = provenance_json(world, plan.threads[i], options.command_line);
    const data::Dataset& dataset = datasets.open_on_all_ranks(world, run);
    report.begin(i, dataset, datasets);
    progress.start_run(i, run);
    train::Observer* const observers[] = {&progress, &report.watch()};
    experiment::RunOutputs outputs =
        experiment::run_one({world, run, dataset, plan.threads[i], plan.history_file(run),
                             options.force, plan.study.toml, provenance, on_long_wait},
                            observers);
    totals.add(outputs);
    comm::agree_on_failure(world, [&] {
      if (world.rank() != 0) return;
      progress.finish_run(outcome_text(outputs.result));
      report.finish(dataset, outputs.result);
      output.add(outputs.result, provenance);
      print_failed_checks(outputs.result);
    });
  }
  if (world.rank() == 0) {
    if (!options.quiet) fmt::print("results: {}\n", plan.output.string());
    report.print_summary();
    print_verdict(totals);
  }
  return totals.passed == totals.checks ? 0 : static_cast<int>(core::ExitCode::VerificationFailed);
}

Action add_options(CLI::App& app, const std::vector<std::string>& command_line) {
  auto options = std::make_shared<RunOptions>();
  options->command_line = command_line;
  app.add_option("STUDY", options->study_file, "study file (TOML)")->required();
  app.add_option("-o,--output", options->output,
                 "folder for results (default results/<study.name>)");
  app.add_option("--set", options->overrides, "override a key: KEY=VALUE, repeatable")
      ->allow_extra_args(false);
  app.add_option("--index", options->index, "run only this network of the expanded study")
      ->check(at_least(0));
  app.add_option("--threads", options->threads,
                 "threads per rank (default OMP_NUM_THREADS, else the processors of the rank)")
      ->check(at_least(1));
  app.add_option("--data-dir", options->data_folder,
                 "where data.path is looked for if it is not beside the study file (default "
                 "PLUMBLINE_DATA_DIR, else ./data)");
  CLI::Option* dry_run = app.add_flag(
      "--dry-run", options->dry_run,
      "print what would be run, what it would cost in memory and on the disk, and what "
      "a job script should ask for; train nothing");
  app.add_flag("--time", options->time,
               "with --dry-run: also how long it would take, from some steps of each run, here")
      ->needs(dry_run);
  app.add_flag("--quiet", options->quiet, "print the verdict only");
  app.add_flag("--force", options->force,
               "replace results that are already there: the histories of these runs and, unless "
               "--index is given, every other run of the folder's result.json with its history");
  return [options] {
    return run_on_all_ranks(
        [&](auto& session, const auto& world) { return run_study(session, world, *options); });
  };
}

}  // namespace

extern const Command kRun = {"run", "Train every network of a study and record its history",
                             add_options};

}  // namespace plumb::cli
