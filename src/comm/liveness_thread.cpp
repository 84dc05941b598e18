// The watching thread of Liveness.
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "comm/liveness.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/orderly_end.hpp"

namespace plumb::comm {
namespace {

constexpr double kBeatsPerLimit = 10;
// Of ranks that were lost together, the last one heard from is a beat or two behind the first.
constexpr double kLostTogether = 0.75;
// Far longer than a datagram takes, far shorter than the grace of those that are told.
constexpr double kListenSeconds = 0.2;
constexpr int kExitCode = static_cast<int>(core::ExitCode::InputOutput);

}  // namespace

void Liveness::run() {
  ::pthread_setname_np(::pthread_self(), "plumb-liveness");
  const double between_beats = seconds_ / kBeatsPerLimit;
  double next_beat = 0;
  while (!stopping_) {
    {
      Lock lock(mutex_);
      const double now = core::now_seconds();
      const double waking = clock_.advance(now);
      receive_all(waking);  // before anybody is judged
      if (now >= next_beat) {
        send(party_->beat(waking));
        next_beat = now + between_beats;
      }
      changed_.notify_all();
      end_if_needed(lock, waking);
    }
    wait_for_datagram(next_beat - core::now_seconds());
  }
}

void Liveness::wait_for_datagram(double seconds) const {
  std::array<pollfd, 2> events = {pollfd{socket_->descriptor(), POLLIN, 0},
                                  pollfd{wake_, POLLIN, 0}};
  const int milliseconds = static_cast<int>(std::ceil(std::max(0.0, seconds) * 1000));
  ::poll(events.data(), events.size(), milliseconds);
}

void Liveness::receive_all(double waking) {
  std::array<std::uint8_t, 64> bytes{};
  while (const auto received = socket_->receive(bytes)) {
    const auto heartbeat = decode(std::span(bytes).first(received->size));
    if (heartbeat) send(party_->receive(received->from, *heartbeat, waking));
  }
}

void Liveness::send(const std::vector<Letter>& letters) const {
  for (const Letter& letter : letters) socket_->send(letter.to, encode(letter.heartbeat));
}

void Liveness::send_thrice(Beat beat) {
  const Lock lock(mutex_);
  for (int time = 0; time < 3; ++time) send(party_->to_all(beat));
}

std::string Liveness::loss_message(double waking) {
  std::vector<std::size_t> lost;
  for (const Silence& silence : party_->silences().silent_for(kLostTogether * seconds_, waking)) {
    lost.push_back(silence.rank);
  }
  return fmt::format(
      "{} {} not answered {} for {} s: stopped, killed or cut off; allowed: "
      "PLUMBLINE_LIVENESS_SECONDS=N seconds of silence, 0 for any",
      names_of(lost), lost.size() == 1 ? "has" : "have", names_[rank_], seconds_);
}

void Liveness::end_if_needed(Lock& lock, double waking) {
  const bool told = party_->must_end(waking);
  // Who has heard of an end waits for it, and names nobody: the user has been told.
  if (!told && party_->end_announced()) return;
  if (!told && party_->silences().silent_for(patience_, waking).empty()) return;
  if (!told && !is_hub() && !may_speak(lock)) return;
  const std::string message = told ? "" : loss_message(waking);
  lock.unlock();  // roll_call() may need it, when another thread ends the process already
  end_job(message);
}

/// Announces the end and listens for a moment whether a lower rank does so too.
bool Liveness::may_speak(Lock& lock) {
  for (int time = 0; time < 3; ++time) send(party_->to_all(Beat::Ending));
  lock.unlock();
  std::this_thread::sleep_for(std::chrono::duration<double>(kListenSeconds));
  lock.lock();
  receive_all(clock_.advance(core::now_seconds()));
  return !party_->gives_way();
}

void Liveness::end_job(const std::string& message) {
  core::begin_end(kExitCode);
  if (!message.empty()) say_(message);
  core::close_records();
  // Not earlier: the launcher ends the whole job as soon as one rank has gone.
  send_thrice(is_hub() ? Beat::End : Beat::Ending);
  std::_Exit(kExitCode);
}

}  // namespace plumb::comm
