// The commands of the program, one file each.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace plumb::cli {

/// Adds a subcommand; when it is chosen, `action` is set to what it does. An action returns the
/// exit code or throws core::Error.
using Action = std::function<int()>;
/// command_line: as typed, for the provenance of results.
void add_run(CLI::App& app, Action& action, const std::vector<std::string>& command_line);
void add_compare(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_theory(CLI::App& app, Action& action);
void add_claims(CLI::App& app, Action& action, const std::vector<std::string>& command_line);
void add_doctor(CLI::App& app, Action& action);

}  // namespace plumb::cli
