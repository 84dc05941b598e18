// plumbline: how deep does the gradient reach?
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "core/error.hpp"
#include "plumb_version.hpp"

namespace {

using plumb::core::ExitCode;

// Before MPI starts only the launcher's variables tell which process this is. All parse the same
// command line, so one of them speaks for all.
bool speaks_for_the_job() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}) {
    if (const char* rank = std::getenv(name)) return std::atoi(rank) == 0;
  }
  return true;
}

int usage_exit(const CLI::App& app, const CLI::ParseError& error) {
  if (!speaks_for_the_job()) return error.get_exit_code() == 0 ? 0 : 1;
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  plumb::cli::print_error(std::string(error.what()) + "; see plumbline --help");
  return static_cast<int>(ExitCode::Usage);
}

}  // namespace

int main(int argc, char** argv) {
  // A write beyond a file size limit shall fail with an error code like any full disk.
  std::signal(SIGXFSZ, SIG_IGN);

  CLI::App app("Plumbline: how deep does the gradient reach?", "plumbline");
  app.set_version_flag("--version", "plumbline " PLUMB_VERSION " (" PLUMB_COMMIT ")");
  app.require_subcommand(1);
  plumb::cli::Action action;
  plumb::cli::add_run(app, action, {argv, argv + argc});
  plumb::cli::add_compare(app, action);
  plumb::cli::add_info(app, action);
  plumb::cli::add_doctor(app, action);
  try {
    app.parse(argc, argv);
    return action();
  } catch (const CLI::ParseError& error) {
    return usage_exit(app, error);
  } catch (const plumb::core::Error& error) {
    plumb::cli::print_error(error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    plumb::cli::print_error(error.what());
    return static_cast<int>(ExitCode::InputOutput);
  }
}
