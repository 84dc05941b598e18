#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "core/error.hpp"
#include "plumb_version.hpp"

namespace plumb::cli {

// Each in command_<name>.cpp.
extern const Command kRun;
extern const Command kCompare;
extern const Command kInfo;
extern const Command kTheory;
extern const Command kClaims;
extern const Command kDoctor;

namespace {

std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  // CLI11 misses the command before it mentions the word that is none.
  const std::vector<std::string> words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty()) return error.what();
  std::string commands;
  for (const Command& command : all_commands()) commands += std::string(" ") + command.name;
  return "unknown command or option '" + words.front() + "'; allowed:" + commands;
}

}  // namespace

std::span<const Command> all_commands() {
  static const Command commands[] = {kRun, kCompare, kInfo, kTheory, kClaims, kDoctor};
  return commands;
}

int run_program(int argc, const char* const* argv) {
  CLI::App app("Plumbline: how deep does the gradient reach?", "plumbline");
  const std::string version = "plumbline " PLUMB_VERSION " (" PLUMB_COMMIT ")";
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  Action chosen;
  for (const Command& command : all_commands()) {
    CLI::App* subcommand = app.add_subcommand(command.name, command.summary);
    const Action action = command.add_options(*subcommand, {argv, argv + argc});
    subcommand->set_version_flag("--version", version);
    subcommand->callback([&chosen, action] { chosen = action; });
  }
  return exit_code_of([&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& request) {  // --help, --version
      return is_first_process() ? app.exit(request) : 0;
    } catch (const CLI::ParseError& error) {
      throw core::UsageError(describe(app, error) + "; see plumbline --help");
    }
    return chosen();
  });
}

}  // namespace plumb::cli
