// Ranks that succeed or fail together.
#pragma once

#include <functional>
#include <string>

#include "comm/communicator.hpp"
#include "core/error.hpp"

namespace plumb::comm {

/// What `work` threw, as an exit code and one line; code 0 when it threw nothing.
struct Failure {
  int code = 0;
  std::string message;
};
Failure attempt(const std::function<void()>& work);

/// The message, with "rank 3 (host n2): " in front unless it is rank 0.
std::string with_rank(const Communicator& communicator, const std::string& message);

/// Collective: runs `work` on every rank; when it throws anywhere, throws core::AgreedError
/// everywhere, with the worst exit code. The lowest failing rank is the one that reports. `work`
/// must not communicate after a point where it can throw on some ranks only.
void agree_on_failure(const Communicator& communicator, const std::function<void()>& work);

/// Raise it whenever ranks send each other something else than before, or in another order: builds
/// that disagree about it refuse to work together instead of waiting for each other.
inline constexpr int kMessageVersion = 2;

/// This rank's idea of something that all ranks must agree on.
struct Common {
  std::string what;     // "program": begins the message, and may differ between ranks
  std::string value;    // "0.1.0 (abc1234, Release)": what is compared, byte by byte
  std::string allowed;  // "the same program on all ranks"
  core::ExitCode code = core::ExitCode::Usage;
};

/// Collective: returns when `value` is the same on all ranks; else throws core::AgreedError
/// everywhere, and the lowest rank that differs from rank 0 reports
/// "rank 2 (host n3): WHAT VALUE differs from rank 0's VALUE; allowed: ALLOWED".
/// One broadcast and one reduction of two numbers. Builds find out here that they are different
/// ones, so neither these messages nor Communicator::world()'s may ever change.
void require_equal(const Communicator& communicator, const Common& mine);

}  // namespace plumb::comm
