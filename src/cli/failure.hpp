// How errors leave the program: once, in one line, with the contract's exit code.
#pragma once

#include <functional>
#include <string>

namespace plumb::comm {
class Communicator;
}

namespace plumb::cli {

/// "plumbline: error: MESSAGE" to standard error.
void print_error(const std::string& message);
/// "plumbline: warning: MESSAGE" to standard error.
void print_warning(const std::string& message);

/// Before MPI starts, and in commands that do without it, only the launcher's variables tell which
/// process this is. All that mpirun started as one program got the same command line, so the first
/// one speaks for them.
bool speaks_for_the_job();

/// Runs a command that uses MPI and turns what it throws into an exit code. A failure that other
/// ranks cannot know of ends the job.
int leave_in_order(const comm::Communicator& world, const std::function<int()>& command);

/// The exit code, or 3 with a message when standard output could not be written to its end.
int check_standard_output(int exit_code);

}  // namespace plumb::cli
