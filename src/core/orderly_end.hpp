// A process that must end in the middle of its work, decided by another thread: by a signal, or
// because a rank was lost. Files that are being written are brought to a readable state first.
#pragma once

#include <functional>
#include <mutex>

namespace plumb::core {

/// Held while what is on disk or in buffers is not whole: nobody ends the process meanwhile. The
/// same thread may hold it several times.
[[nodiscard]] std::unique_lock<std::recursive_mutex> hold_end();

/// While it lives, `act` runs (on another thread, while nobody holds the end) before the process is
/// ended. It may throw core::Error, which is lost. Made and destroyed by the thread that writes.
class LastAct {
 public:
  explicit LastAct(std::function<void()> act);
  LastAct(const LastAct&) = delete;
  LastAct& operator=(const LastAct&) = delete;
  ~LastAct();

 private:
  std::function<void()> act_;
};

/// First step of an end. The first caller goes on, and whatever happens from here on the process
/// ends within kEndSeconds, with this exit code. A second caller, on another thread, never returns.
void begin_end(int exit_code);
inline constexpr double kEndSeconds = 2;

/// Second step: waits until nobody holds the end, then runs the last acts. From here on every
/// hold_end() of another thread waits for ever.
void close_records();

}  // namespace plumb::core
