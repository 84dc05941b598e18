#include "watchdog/graceful_shutdown.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace plumb::watchdog {
namespace {

struct Shutdown {
  std::mutex begun;  // locked once, by the thread that ends the process
  std::recursive_mutex deferred;
  std::vector<std::function<void()>*> hooks;  // guarded by deferred
};

// Never destroyed: other threads may need it until the last moment.
Shutdown& state() {
  static Shutdown* const the_state = new Shutdown;
  return *the_state;
}

// A disk that does not answer must not keep a job alive.
void exit_later(int exit_code) {
  try {
    std::thread([exit_code] {
      std::this_thread::sleep_for(std::chrono::duration<double>(kShutdownSeconds));
      std::_Exit(exit_code);
    }).detach();
  } catch (const std::system_error&) {
    return;  // no thread to be had: then without a time limit
  }
}

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

std::unique_lock<std::recursive_mutex> defer_shutdown() {
  return std::unique_lock(state().deferred);
}

ShutdownHook::ShutdownHook(std::function<void()> hook) : hook_(std::move(hook)) {
  const auto hold = defer_shutdown();
  state().hooks.push_back(&hook_);
}

ShutdownHook::~ShutdownHook() {
  const auto hold = defer_shutdown();
  std::erase(state().hooks, &hook_);
}

void begin_shutdown(int exit_code) {
  state().begun.lock();
  exit_later(exit_code);
}

void run_shutdown_hooks() {
  state().deferred.lock();
  for (const std::function<void()>* hook : state().hooks) {
    try {
      (*hook)();
    } catch (const std::exception&) {
      continue;  // the next one may still succeed
    }
  }
}

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
