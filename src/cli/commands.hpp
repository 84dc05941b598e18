// The commands of the program: a command is one file, command_<name>.cpp, and one entry in the
// table of commands.cpp. What several commands do with their options stands here, too: checks, with
// messages that say what is allowed, and the environment variables that stand in for options not
// given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
class Validator;
}  // namespace CLI

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

/// An integer of at least `low`.
CLI::Validator at_least(std::int64_t low);

/// --data-dir, else PLUMBLINE_DATA_DIR, else ./data; an empty string counts as not given.
std::filesystem::path data_folder(const std::string& option);

/// More threads than any machine has processors; a request above it is a typing error.
inline constexpr std::size_t kMostThreads = 65536;

/// --threads, else OMP_NUM_THREADS. Throws core::UsageError when it is not a number from 1 to
/// kMostThreads.
std::optional<std::size_t> requested_threads(std::optional<std::size_t> option);

}  // namespace plumb::cli
