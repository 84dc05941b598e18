// SIGTERM and SIGINT, seen by a thread of their own.
#pragma once

#include <functional>
#include <thread>

namespace plumb::watchdog {

/// While it lives, SIGTERM and SIGINT no longer end the process in the middle of a write: a thread
/// brings the records to safety (graceful_shutdown.hpp), calls before_exit, and then the process
/// dies of that signal, so that shells and launchers see what they always see (exit code 128 +
/// signal). A signal that the caller's caller chose to ignore stays ignored. One per process.
/// Throws core::Error when the system has no descriptor or thread left.
class TerminationSignals {
 public:
  explicit TerminationSignals(std::function<void(int signal)> before_exit);
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;
  ~TerminationSignals();

 private:
  void start_thread();
  void close_pipe() const;
  void wait_for_signal() const;

  std::function<void(int)> before_exit_;
  int pipe_[2] = {-1, -1};  // the handler writes the signal's number, the thread reads it
  std::thread thread_;
};

}  // namespace plumb::watchdog
