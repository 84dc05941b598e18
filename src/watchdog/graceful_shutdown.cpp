#include "watchdog/graceful_shutdown.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

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

}  // namespace plumb::watchdog
