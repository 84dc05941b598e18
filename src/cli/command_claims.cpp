// plumbline claims: tries what is said about vanishing gradients, and says what holds.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "claims/all_claims.hpp"
#include "claims/run_claims.hpp"
#include "cli/claims_output.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine.hpp"
#include "cli/processors.hpp"
#include "cli/warnings.hpp"
#include "cli/watch.hpp"
#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

struct ClaimsOptions {
  std::string output = "results/claims";
  std::string data_folder;  // empty: PLUMBLINE_DATA_DIR, else data
  std::optional<std::size_t> threads;
  bool force = false;
  bool quiet = false;
  std::vector<std::string> command_line;
};

/// MNIST may be missing, but not a folder that the user named.
void refuse_missing_folder(const std::string& option) {
  std::error_code ignored;
  if (option.empty() || std::filesystem::is_directory(option, ignored)) return;
  throw core::IoError(option + ": no such folder; --data-dir must name a folder");
}

/// Also when the launcher and the MPI library do not understand each other: every process would
/// then write the same files.
void refuse_several_ranks(const comm::Communicator& world) {
  if (world.size() == 1 && comm::launcher_warning(1).empty()) return;
  throw core::AgreedError(core::ExitCode::Usage,
                          "plumbline claims: started as several processes; allowed: one, without "
                          "mpirun or srun (it uses the threads of the machine)",
                          is_first_process());
}

claims::Announcer announcer(std::size_t claims, bool quiet) {
  if (quiet) return {};
  const bool terminal = isatty(STDERR_FILENO) == 1;
  claims::Announcer result;
  result.starts = [=](std::size_t place, const claims::Claim& claim) {
    if (terminal) fmt::print(stderr, "\r\033[K[{}/{}] {} ...", place + 1, claims, claim.id);
    std::fflush(stderr);
  };
  result.ends = [=](std::size_t place, const claims::Report& report) {
    if (terminal) fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
    fmt::print("[{}/{}] {}: {}  ({:.1f} s)\n", place + 1, claims, report.id,
               claims::to_string(report.verdict), report.seconds);
    std::fflush(stdout);
  };
  return result;
}

void print_verdict(const std::vector<claims::Report>& reports) {
  std::size_t all = 0;
  std::size_t agreed = 0;
  for (const claims::Report& report : reports) {
    for (const std::string& check : report.failed_checks) print_warning(report.id + ": " + check);
    all += report.findings.measurements.size();
    for (const auto& m : report.findings.measurements) agreed += m.agrees() ? 1 : 0;
  }
  fmt::print("VERIFICATION: {} ({}/{})\n", claims::exit_code(reports) == 0 ? "PASSED" : "FAILED",
             agreed, all);
  std::fflush(stdout);
}

int try_claims(comm::Session& session, const comm::Communicator& world,
               const ClaimsOptions& options) {
  require_same_command(world, "claims");
  const Watch watch(session, world);
  refuse_several_ranks(world);
  refuse_missing_folder(options.data_folder);
  constexpr std::size_t kAnyNumberOfSlices = 1U << 20U;
  const std::size_t threads = requested_threads(options.threads)
                                  .value_or(default_threads(processors(), 1, kAnyNumberOfSlices));
  const auto claims = claims::all_claims();
  ClaimsFolder folder(options.output, claims, options.force);
  const std::string provenance = provenance_json(world, threads, options.command_line);
  const claims::RunContext context{
      &world, threads, options.output, data_folder(options.data_folder), options.force, provenance};
  const auto reports = claims::run_claims(claims, context, announcer(claims.size(), options.quiet));
  folder.write(reports, provenance);
  if (!options.quiet) {
    fmt::print("\n{}\n{}\n", claims_table(reports), claims_in_words(reports));
    if (!claims::has_mnist(context.data_folder)) {
      fmt::print("no MNIST in {}: Nielsen's network was tried on generated images only\n",
                 context.data_folder.string());
    }
    fmt::print("results: {}\n", options.output);
  }
  print_verdict(reports);
  return claims::exit_code(reports);
}

Action add_options(CLI::App& app, const std::vector<std::string>& command_line) {
  auto options = std::make_shared<ClaimsOptions>();
  options->command_line = command_line;
  app.add_option("-o,--output", options->output,
                 "folder for claims.json and the histories (default results/claims)");
  app.add_option("--threads", options->threads, "threads, as for run")->check(at_least(1));
  app.add_option("--data-dir", options->data_folder,
                 "MNIST is used, too, where it is (default PLUMBLINE_DATA_DIR, else ./data)");
  app.add_flag("--quiet", options->quiet, "print the verdict only");
  app.add_flag("--force", options->force, "replace results that are already there");
  return [options] {
    return run_on_all_ranks(
        [&](auto& session, const auto& world) { return try_claims(session, world, *options); });
  };
}

}  // namespace

extern const Command kClaims = {
    "claims", "Try what is said about vanishing gradients: claim, measured, expected, verdict",
    add_options};

}  // namespace plumb::cli
