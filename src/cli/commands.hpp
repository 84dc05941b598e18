// The commands of the program: a command is one file, command_<name>.cpp, and one entry in the
// table of commands.cpp.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace plumb::cli {

/// What a command does: returns the exit code, or throws (see exit_code.hpp).
using Action = std::function<int()>;

struct Command {
  const char* name;
  const char* summary;
  /// Adds the command's options to its subcommand and returns what to do once they are parsed.
  /// command_line: as typed, for the provenance of results.
  Action (*add_options)(CLI::App& app, const std::vector<std::string>& command_line);
};

/// In the order of --help.
std::span<const Command> all_commands();

/// The whole program: parses the command line, runs the command it names, and returns the exit
/// code. Reports what goes wrong on standard error.
int run_program(int argc, const char* const* argv);

}  // namespace plumb::cli
