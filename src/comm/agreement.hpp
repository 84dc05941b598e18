// Ranks that succeed or fail together.
#pragma once

#include <functional>
#include <string>

#include "comm/communicator.hpp"

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

}  // namespace plumb::comm
