// How a command ends: the one place that catches errors, prints them, each in one line, and picks
// the exit code. What the codes mean stands in core/error.hpp.
#pragma once

#include <functional>
#include <string>

namespace plumb::comm {
class Communicator;
class Session;
}  // namespace plumb::comm

namespace plumb::cli {

/// "plumbline: error: MESSAGE" to standard error.
void print_error(const std::string& message);
/// "plumbline: warning: MESSAGE" to standard error.
void print_warning(const std::string& message);

/// Whether this process is the first that the launcher started with this command line. Before MPI
/// starts, and in commands without MPI, only the launcher's environment tells. All processes of a
/// program got the same command line, so the first one alone prints and reports.
bool is_first_process();

/// What `command` returns, or the exit code of what it throws, printed by the first process. Also
/// 3 (core::ExitCode::InputOutput) when standard output could not be written to its end.
int exit_code_of(const std::function<int()>& command);

/// Starts MPI, runs a command on all ranks, and turns what it throws into an exit code. A
/// core::AgreedError ends all ranks with the same code; any other failure, which the other ranks
/// cannot know of, aborts the job.
int run_on_all_ranks(const std::function<int(comm::Session&, const comm::Communicator&)>& command);

}  // namespace plumb::cli
