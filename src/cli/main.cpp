// plumbline: how deep does the gradient reach?
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <string>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "core/error.hpp"
#include "plumb_version.hpp"

namespace {

using plumb::core::ExitCode;

int usage_exit(const CLI::App& app, const CLI::ParseError& error) {
  if (!plumb::cli::speaks_for_the_job()) return error.get_exit_code() == 0 ? 0 : 1;
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  plumb::cli::print_error(std::string(error.what()) + "; see plumbline --help");
  return static_cast<int>(ExitCode::Usage);
}

int failure_exit(const char* message, ExitCode code) {
  if (plumb::cli::speaks_for_the_job()) plumb::cli::print_error(message);
  return static_cast<int>(code);
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
  plumb::cli::add_doctor(app, action);
  for (CLI::App* command : app.get_subcommands({})) command->set_version_flag("--version", version);
  try {
    app.parse(argc, argv);
    return plumb::cli::check_standard_output(action());
  } catch (const CLI::ParseError& error) {
    return usage_exit(app, error);
  } catch (const plumb::core::Error& error) {
    return failure_exit(error.what(), error.code());
  } catch (const std::exception& error) {
    return failure_exit(error.what(), ExitCode::InputOutput);
  }
}
