#include "cli/watch.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>

#include "cli/exit_code.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

constexpr const char* kVariable = "PLUMBLINE_LIVENESS_SECONDS";
constexpr double kLongestSeconds = 86400;

/// Below a second a busy machine looks like a lost one.
double liveness_seconds() {
  const char* text = std::getenv(kVariable);
  if (text == nullptr) return comm::kLivenessSeconds;
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  const bool whole = end != text && *end == '\0';
  if (whole && (seconds == 0 || (seconds >= 1 && seconds <= kLongestSeconds))) return seconds;
  throw core::UsageError(
      fmt::format("{}={}: not a time of silence; allowed: 1 to {} seconds, or 0 to watch nobody",
                  kVariable, text, kLongestSeconds));
}

comm::Liveness& start(comm::Session& session, const comm::Communicator& world) {
  double seconds = 0;
  comm::together(world, [&] {
    if (world.rank() == 0) seconds = liveness_seconds();
  });
  auto liveness = std::make_unique<comm::Liveness>(world, seconds, print_error);
  if (!liveness->unwatched().empty()) {
    print_warning(fmt::format(
        "no answer to UDP datagrams between rank 0 and {} (a firewall?): when such a rank is lost "
        "only MPI can notice, perhaps never; {}=0 skips the search",
        liveness->unwatched(), kVariable));
  }
  comm::Liveness& started = *liveness;
  session.keep(std::move(liveness));
  return started;
}

}  // namespace

Watch::Watch(comm::Session& session, const comm::Communicator& world)
    : liveness_(start(session, world)), signals_([this](int) {
        const std::string missing = liveness_.roll_call();
        if (!missing.empty()) print_error(missing);
      }) {}

}  // namespace plumb::cli
