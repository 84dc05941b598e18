// plumbline: how deep does the gradient reach?
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "core/error.hpp"
#include "plumb_version.hpp"

namespace {

using plumb::core::ExitCode;

std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  // CLI11 misses the command before it mentions the word that is none.
  const std::vector<std::string> words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty()) return error.what();
  std::string commands;
  for (const CLI::App* command : app.get_subcommands({})) commands += " " + command->get_name();
  return "unknown command or option '" + words.front() + "'; allowed:" + commands;
}

// Under a launcher the first process of each command line speaks, and its exit code is the job's:
// were another one to leave with a failure first, mpirun would end the first before it has spoken.
int fail(const std::string& message, ExitCode code) {
  if (!plumb::cli::speaks_for_the_job()) return 0;
  plumb::cli::print_error(message);
  return static_cast<int>(code);
}

int usage_exit(const CLI::App& app, const CLI::ParseError& error) {
  const bool is_help = error.get_exit_code() == 0;  // --help, --version
  if (!is_help) return fail(describe(app, error) + "; see plumbline --help", ExitCode::Usage);
  return plumb::cli::speaks_for_the_job() ? app.exit(error) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  // A write beyond a file size limit shall fail with an error code like any full disk.
  std::signal(SIGXFSZ, SIG_IGN);

  CLI::App app("Plumbline: how deep does the gradient reach?", "plumbline");
  const std::string version = "plumbline " PLUMB_VERSION " (" PLUMB_COMMIT ")";
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  plumb::cli::Action action;
  plumb::cli::add_run(app, action, {argv, argv + argc});
  plumb::cli::add_compare(app, action);
  plumb::cli::add_info(app, action);
  plumb::cli::add_theory(app, action);
  plumb::cli::add_claims(app, action, {argv, argv + argc});
  plumb::cli::add_doctor(app, action);
  for (CLI::App* command : app.get_subcommands({})) command->set_version_flag("--version", version);
  try {
    app.parse(argc, argv);
    return plumb::cli::check_standard_output(action());
  } catch (const CLI::ParseError& error) {
    return usage_exit(app, error);
  } catch (const plumb::core::Error& error) {
    return fail(error.what(), error.code());
  } catch (const std::exception& error) {
    return fail(error.what(), ExitCode::InputOutput);
  }
}
