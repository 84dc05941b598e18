#include "core/orderly_end.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace plumb::core {
namespace {

struct End {
  std::mutex begun;  // locked once, by the thread that ends the process
  std::recursive_mutex held;
  std::vector<std::function<void()>*> acts;  // guarded by held
};

// Never destroyed: other threads may need it until the last moment.
End& end() {
  static End* const the_end = new End;
  return *the_end;
}

// A disk that does not answer must not keep a job alive.
void end_later(int exit_code) {
  try {
    std::thread([exit_code] {
      std::this_thread::sleep_for(std::chrono::duration<double>(kEndSeconds));
      std::_Exit(exit_code);
    }).detach();
  } catch (const std::system_error&) {
    return;  // no thread to be had: then without a time limit
  }
}

}  // namespace

std::unique_lock<std::recursive_mutex> hold_end() { return std::unique_lock(end().held); }

LastAct::LastAct(std::function<void()> act) : act_(std::move(act)) {
  const auto hold = hold_end();
  end().acts.push_back(&act_);
}

LastAct::~LastAct() {
  const auto hold = hold_end();
  std::erase(end().acts, &act_);
}

void begin_end(int exit_code) {
  end().begun.lock();
  end_later(exit_code);
}

void close_records() {
  end().held.lock();
  for (const std::function<void()>* act : end().acts) {
    try {
      (*act)();
    } catch (const std::exception&) {
      continue;  // the next one may still succeed
    }
  }
}

}  // namespace plumb::core
