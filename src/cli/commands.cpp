#include "cli/commands.hpp"

namespace plumb::cli {

// Each in command_<name>.cpp.
extern const Command kRun;
extern const Command kCompare;
extern const Command kInfo;
extern const Command kTheory;
extern const Command kClaims;
extern const Command kDoctor;

std::span<const Command> all_commands() {
  static const Command commands[] = {kRun, kCompare, kInfo, kTheory, kClaims, kDoctor};
  return commands;
}

}  // namespace plumb::cli
