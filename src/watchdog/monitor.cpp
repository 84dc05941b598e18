#include "watchdog/monitor.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "watchdog/graceful_shutdown.hpp"

namespace plumb::watchdog {
namespace {

constexpr double kHeartbeatsPerLimit = 10;
// Of ranks that were lost together, the last one heard from is a heartbeat or two behind the first.
constexpr double kLostTogether = 0.75;
// Far longer than a datagram takes, far shorter than the grace of those that are told.
constexpr double kListenSeconds = 0.2;
constexpr double kProbeSeconds = 0.4;
// Longer than the coordinator's probe: a rank that left earlier would be missed by it.
constexpr double kDismissalSeconds = 0.6;
// When the coordinator is lost all others notice. The first to speak tells the rest before they do,
// too; and the coordinator, as long as it can tell anybody, is the first of all.
constexpr double kStagger = 0.04;
constexpr std::size_t kMostStaggers = 5;
constexpr std::size_t kMostNames = 8;
constexpr int kExitCode = static_cast<int>(core::ExitCode::InputOutput);

std::atomic<Monitor*> the_one{nullptr};

std::chrono::duration<double> seconds_long(double seconds) {
  return std::chrono::duration<double>(seconds);
}

double patience_of(std::size_t rank, double seconds) {
  return seconds * (1 + kStagger * static_cast<double>(std::min(rank, kMostStaggers)));
}

std::unique_ptr<Participant> participant_of(std::size_t rank, std::size_t ranks,
                                            const Handshake& handshake) {
  if (rank == 0) return std::make_unique<Coordinator>(handshake.token, ranks);
  return std::make_unique<Member>(handshake, ranks, rank, handshake.seconds / 3);
}

int open_event() {
  const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw core::IoError("eventfd failed");
  return descriptor;
}

}  // namespace

std::string join_names(const std::vector<std::string>& names,
                       const std::vector<std::size_t>& ranks) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ranks.size(), kMostNames); ++i) {
    text += (i == 0 ? "" : ", ") + names[ranks[i]];
  }
  if (ranks.size() > kMostNames) text += fmt::format(" and {} more", ranks.size() - kMostNames);
  return text;
}

Monitor::Monitor(Options options, std::unique_ptr<DatagramSocket> socket,
                 const Handshake& handshake)
    : options_(std::move(options)),
      socket_(std::move(socket)),
      seconds_(handshake.seconds),
      patience_(patience_of(options_.rank, seconds_)),
      participant_(participant_of(options_.rank, options_.names.size(), handshake)),
      clock_(seconds_ / 5) {
  wake_ = open_event();
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::close(wake_);
    throw;
  }
  the_one = this;
}

Monitor::~Monitor() {
  the_one = nullptr;
  send_thrice(MessageKind::Leave);
  stopping_ = true;
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(wake_);
}

std::vector<bool> Monitor::wait_for_contact(double seconds) {
  Lock lock(mutex_);
  changed_.wait_for(lock, seconds_long(seconds), [&] { return participant_->heard_everybody(); });
  std::vector<bool> heard;
  for (std::size_t rank = 0; rank < options_.names.size(); ++rank) {
    heard.push_back(participant_->last_seen().ever_heard(rank));
  }
  return heard;
}

void Monitor::watch(const std::vector<std::size_t>& ranks) {
  const Lock lock(mutex_);
  const double now = clock_.advance(core::now_seconds());
  for (const std::size_t rank : ranks) participant_->last_seen().watch(rank, now);
}

void Monitor::announce_failure() {
  if (Monitor* const monitor = the_one) monitor->send_thrice(MessageKind::Failing);
}

std::string Monitor::probe_ranks() {
  std::vector<std::size_t> missing;
  {
    Lock lock(mutex_);
    const double then = clock_.advance(core::now_seconds());
    for (int time = 0; !is_coordinator() && time < 3; ++time) {
      send(participant_->to_all(MessageKind::Terminating));
    }
    send(participant_->probes());
    changed_.wait_for(
        lock, seconds_long(is_coordinator() ? kProbeSeconds : kDismissalSeconds), [&] {
          return participant_->shutdown_announced() ||
                 (is_coordinator() && participant_->last_seen().missing_since(then).empty());
        });
    if (!participant_->shutdown_announced()) {
      missing = participant_->last_seen().missing_since(then);
    }
  }
  if (is_coordinator()) send_thrice(MessageKind::Shutdown);
  // All others miss the coordinator; one of them says so.
  if (missing.empty() || options_.rank > 1) return {};
  return fmt::format("{} no longer answer{}: killed, stopped or cut off; the job was ended",
                     join_names(options_.names, missing), missing.size() == 1 ? "s" : "");
}

void Monitor::run() {
  ::pthread_setname_np(::pthread_self(), "plumb-watchdog");
  const double between_heartbeats = seconds_ / kHeartbeatsPerLimit;
  double next_heartbeat = 0;
  while (!stopping_) {
    {
      Lock lock(mutex_);
      const double now = core::now_seconds();
      const double awake = clock_.advance(now);
      receive_all(awake);  // before any rank is judged
      if (now >= next_heartbeat) {
        send(participant_->heartbeats(awake));
        next_heartbeat = now + between_heartbeats;
      }
      changed_.notify_all();
      shut_down_if_needed(lock, awake);
    }
    wait_for_datagram(next_heartbeat - core::now_seconds());
  }
}

void Monitor::wait_for_datagram(double seconds) const {
  std::array<pollfd, 2> events = {pollfd{socket_->descriptor(), POLLIN, 0},
                                  pollfd{wake_, POLLIN, 0}};
  const int milliseconds = static_cast<int>(std::ceil(std::max(0.0, seconds) * 1000));
  ::poll(events.data(), events.size(), milliseconds);
}

void Monitor::receive_all(double awake) {
  std::array<std::uint8_t, 64> bytes{};
  while (const auto received = socket_->receive(bytes)) {
    const auto message = decode(std::span(bytes).first(received->size));
    if (message) send(participant_->receive(received->from, *message, awake));
  }
}

void Monitor::send(const std::vector<Datagram>& datagrams) const {
  for (const Datagram& datagram : datagrams) socket_->send(datagram.to, encode(datagram.message));
}

void Monitor::send_thrice(MessageKind kind) {
  const Lock lock(mutex_);
  for (int time = 0; time < 3; ++time) send(participant_->to_all(kind));
}

std::string Monitor::loss_message(double awake) {
  const auto lost = participant_->last_seen().overdue(kLostTogether * seconds_, awake);
  return fmt::format(
      "{} {} not answered {} for {} s: stopped, killed or cut off; allowed: "
      "PLUMBLINE_LIVENESS_SECONDS=N seconds of silence, 0 for any",
      join_names(options_.names, lost), lost.size() == 1 ? "has" : "have",
      options_.names[options_.rank], seconds_);
}

void Monitor::shut_down_if_needed(Lock& lock, double awake) {
  const bool told = participant_->must_shut_down(awake);
  // A rank that has heard of a shutdown waits for it, and names nobody: the user has been told.
  if (!told && participant_->shutdown_announced()) return;
  if (!told && participant_->last_seen().overdue(patience_, awake).empty()) return;
  if (!told && !is_coordinator() && !is_to_report(lock)) return;
  const std::string message = told ? "" : loss_message(awake);
  lock.unlock();  // probe_ranks() may need it, when another thread ends the process already
  shut_down(message);
}

/// Announces the failure and listens for a moment whether a lower rank does so too.
bool Monitor::is_to_report(Lock& lock) {
  for (int time = 0; time < 3; ++time) send(participant_->to_all(MessageKind::Failing));
  lock.unlock();
  std::this_thread::sleep_for(seconds_long(kListenSeconds));
  lock.lock();
  receive_all(clock_.advance(core::now_seconds()));
  return !participant_->yields_to_lower_rank();
}

void Monitor::shut_down(const std::string& message) {
  begin_shutdown(kExitCode);
  if (!message.empty()) options_.report(message);
  run_shutdown_hooks();
  // Not earlier: the launcher ends the whole job as soon as one rank has gone.
  send_thrice(is_coordinator() ? MessageKind::Shutdown : MessageKind::Failing);
  std::_Exit(kExitCode);
}

}  // namespace plumb::watchdog
