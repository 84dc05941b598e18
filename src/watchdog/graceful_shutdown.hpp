// A process that must end in the middle of its work, decided by another thread: by SIGTERM or
// SIGINT, or because a rank was lost. Files that are being written are brought to a readable state
// first.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace plumb::watchdog {

/// While the lock is held the process does not shut down: for the time in which what is on disk or
/// in buffers is not whole. The same thread may hold it several times.
[[nodiscard]] std::unique_lock<std::recursive_mutex> defer_shutdown();

/// While it lives, `hook` runs before the process is ended: on another thread, while nobody defers
/// the shutdown. It may throw core::Error, which is lost. Made and destroyed by the thread that
/// writes.
class ShutdownHook {
 public:
  explicit ShutdownHook(std::function<void()> hook);
  ShutdownHook(const ShutdownHook&) = delete;
  ShutdownHook& operator=(const ShutdownHook&) = delete;
  ~ShutdownHook();

 private:
  std::function<void()> hook_;
};

/// First step of a shutdown. The first caller goes on, and whatever happens from here on the
/// process ends within kShutdownSeconds, with this exit code. A second caller, on another thread,
/// never returns.
void begin_shutdown(int exit_code);
inline constexpr double kShutdownSeconds = 2;

/// Second step: waits until nobody defers the shutdown, then runs the hooks. From here on every
/// defer_shutdown() of another thread waits for ever.
void run_shutdown_hooks();

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
