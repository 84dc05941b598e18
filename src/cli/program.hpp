// The program: from the command line to the exit code.
#pragma once

namespace plumb::cli {

/// Parses the command line, runs the command it names, and returns the exit code. Reports what goes
/// wrong on standard error.
int run_program(int argc, const char* const* argv);

}  // namespace plumb::cli
