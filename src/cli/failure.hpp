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

/// Runs `work` on every rank; when it throws anywhere, throws core::AgreedError everywhere. The
/// lowest failing rank reports, named when it is not rank 0.
void together(const comm::Communicator& world, const std::function<void()>& work);

/// Runs a command that uses MPI and turns what it throws into an exit code. A failure that other
/// ranks cannot know of ends the job.
int leave_in_order(const comm::Communicator& world, const std::function<int()>& command);

}  // namespace plumb::cli
