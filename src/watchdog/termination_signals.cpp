#include "watchdog/termination_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "watchdog/graceful_shutdown.hpp"

namespace plumb::watchdog {
namespace {

constexpr std::array kSignals = {SIGTERM, SIGINT};
constexpr unsigned char kStop = 0;  // no signal has this number

std::atomic<int> pipe_end{-1};
static_assert(std::atomic<int>::is_always_lock_free, "the signal handler reads it");

void on_signal(int signal) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(signal);
  if (::write(pipe_end.load(), &byte, 1) != 1) std::_Exit(128 + signal);
  errno = saved;
}

void handle(int signal) {
  struct sigaction old {};
  ::sigaction(signal, nullptr, &old);
  if (old.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

void let_go(int signal) {
  struct sigaction old {};
  ::sigaction(signal, nullptr, &old);
  if (old.sa_handler == on_signal) std::signal(signal, SIG_DFL);
}

[[noreturn]] void die_of(int signal) {
  std::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  ::sleep(1);  // it may be blocked in every thread
  std::_Exit(128 + signal);
}

}  // namespace

TerminationSignals::TerminationSignals(std::function<void(int)> before_exit)
    : before_exit_(std::move(before_exit)) {
  if (::pipe2(pipe_, O_CLOEXEC) != 0) {
    throw core::IoError(std::string("pipe2: ") + std::strerror(errno));
  }
  start_thread();
  pipe_end = pipe_[1];
  for (const int signal : kSignals) handle(signal);
}

void TerminationSignals::start_thread() {
  try {
    thread_ = std::thread([this] { wait_for_signal(); });
  } catch (const std::system_error& error) {
    close_pipe();
    throw core::IoError(std::string("a thread for signals: ") + error.what());
  }
}

void TerminationSignals::close_pipe() const {
  for (const int descriptor : pipe_) ::close(descriptor);
}

TerminationSignals::~TerminationSignals() {
  for (const int signal : kSignals) let_go(signal);
  // A full pipe holds a signal: then the thread is ending the process.
  [[maybe_unused]] const auto written = ::write(pipe_[1], &kStop, 1);
  thread_.join();
  pipe_end = -1;
  close_pipe();
}

void TerminationSignals::wait_for_signal() const {
  unsigned char signal = kStop;
  while (::read(pipe_[0], &signal, 1) < 0 && errno == EINTR) continue;
  if (signal == kStop) return;
  begin_shutdown(128 + signal);
  run_shutdown_hooks();
  before_exit_(signal);
  die_of(signal);
}

}  // namespace plumb::watchdog
