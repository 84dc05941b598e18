#include "cli/watch.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "cli/exit_code.hpp"
#include "comm/agreement.hpp"
#include "comm/session.hpp"
#include "core/error.hpp"

namespace plumb::cli {
namespace {

constexpr const char* kVariable = "PLUMBLINE_LIVENESS_SECONDS";
constexpr double kLongestSeconds = 86400;

/// Below a second a busy machine looks like a lost one.
double liveness_seconds() {
  const char* text = std::getenv(kVariable);
  if (text == nullptr) return watchdog::kLivenessSeconds;
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  const bool whole = end != text && *end == '\0';
  if (whole && (seconds == 0 || (seconds >= 1 && seconds <= kLongestSeconds))) return seconds;
  throw core::UsageError(
      fmt::format("{}={}: not a time of silence; allowed: 1 to {} seconds, or 0 to watch nobody",
                  kVariable, text, kLongestSeconds));
}

/// The hand-over between the two rooms: the failure detector knows no MPI.
watchdog::Job job_of(const comm::Communicator& world) {
  watchdog::Job job;
  job.rank = static_cast<std::size_t>(world.rank());
  for (int rank = 0; rank < world.size(); ++rank) job.names.push_back(world.name_of(rank));
  job.gather = [&world](const std::string& text) { return world.gather(text); };
  job.broadcast = [&world](std::string& text) { world.broadcast(text); };
  job.barrier = [&world] { world.barrier(); };
  job.bitwise_or = [&world](std::span<std::uint8_t> bytes) { world.bitwise_or(bytes); };
  return job;
}

watchdog::FailureDetector& start(comm::Session& session, const comm::Communicator& world) {
  double seconds = 0;
  comm::agree_on_failure(world, [&] {
    if (world.rank() == 0) seconds = liveness_seconds();
  });
  auto detector = std::make_shared<watchdog::FailureDetector>(job_of(world), seconds, print_error);
  if (!detector->unwatched().empty()) {
    print_warning(fmt::format(
        "no answer to UDP datagrams between rank 0 and {} (a firewall?): when such a rank is lost "
        "only MPI can notice, perhaps never; {}=0 skips the search",
        detector->unwatched(), kVariable));
  }
  session.keep(detector);
  return *detector;
}

}  // namespace

Watch::Watch(comm::Session& session, const comm::Communicator& world)
    : detector_(start(session, world)), signals_([this](int) {
        const std::string missing = detector_.probe_ranks();
        if (!missing.empty()) print_error(missing);
      }) {}

}  // namespace plumb::cli
