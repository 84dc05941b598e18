#include "cli/commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdlib>
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

CLI::Validator at_least(std::int64_t low) {
  return {[low](const std::string& text) -> std::string {
            std::int64_t value = 0;
            const char* const end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc{} && rest == end && value >= low) return {};
            return fmt::format("'{}'; allowed: an integer >= {}", text, low);
          },
          fmt::format("INT>={}", low)};
}

std::filesystem::path data_folder(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("PLUMBLINE_DATA_DIR");
  return variable != nullptr && *variable != '\0' ? variable : "data";
}

std::optional<std::size_t> requested_threads(std::optional<std::size_t> option) {
  if (option) {
    if (*option >= 1 && *option <= kMostThreads) return option;
    throw core::UsageError(
        fmt::format("--threads {}: too many; allowed: 1 to {}", *option, kMostThreads));
  }
  const char* variable = std::getenv("OMP_NUM_THREADS");
  if (variable == nullptr || *variable == '\0') return std::nullopt;
  // OpenMP allows a list by nesting level, "4,2"; only the first level is used here.
  const std::string text(variable);
  const std::string first = text.substr(0, text.find(','));
  std::size_t threads = 0;
  const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), threads);
  if (error != std::errc{} || end != first.data() + first.size() || threads == 0 ||
      threads > kMostThreads) {
    throw core::UsageError(fmt::format(
        "OMP_NUM_THREADS={}: not a number of threads; allowed: 1 to {}", text, kMostThreads));
  }
  return threads;
}

}  // namespace plumb::cli
