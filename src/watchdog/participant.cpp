#include "watchdog/participant.hpp"

#include <algorithm>

namespace plumb::watchdog {

Datagram Participant::datagram(const Address& to, MessageKind kind, std::uint8_t path) const {
  return {to, {kind, path, static_cast<std::uint32_t>(own_rank_), token_}};
}

bool Participant::is_of_this_job(const Message& message) const {
  return message.token == token_ && message.rank < last_seen_.size() && message.rank != own_rank_;
}

std::vector<Datagram> Participant::receive(const Address& from, const Message& message,
                                           double now) {
  if (!is_of_this_job(message)) return {};
  const std::size_t rank = message.rank;
  const bool failing = message.kind == MessageKind::Failing;
  if (failing) {
    schedule_shutdown(now + kGraceSeconds);
    lowest_failing_ = std::min(lowest_failing_, rank);
  }
  if (!exchanges_with(rank)) return {};
  last_seen_.heard(rank, now);
  if (message.kind == MessageKind::Leave) last_seen_.left(rank);
  if (failing || message.kind == MessageKind::Terminating) last_seen_.announced_exit(rank);
  return answer(from, message, now);
}

std::vector<Datagram> Coordinator::heartbeats(double /*now*/) const { return {}; }

std::vector<Datagram> Coordinator::answer(const Address& from, const Message& message,
                                          double /*now*/) {
  if (message.kind != MessageKind::Heartbeat) return {};
  rank_addresses_[message.rank] = from;
  return {datagram(from, MessageKind::Acknowledgement, message.path)};
}

std::vector<Datagram> Coordinator::to_all(MessageKind kind) const {
  std::vector<Datagram> datagrams;
  for (const auto& place : rank_addresses_) {
    if (place) datagrams.push_back(datagram(*place, kind, 0));
  }
  return datagrams;
}

bool Coordinator::heard_everybody() const {
  for (std::size_t rank = 1; rank < heard().size(); ++rank) {
    if (!heard().ever_heard(rank)) return false;
  }
  return true;
}

std::vector<Datagram> Member::heartbeats(double now) const {
  if (!heard().heard_since(0, now - patience_)) return to_all(MessageKind::Heartbeat);
  return {datagram(addresses_[path_], MessageKind::Heartbeat, static_cast<std::uint8_t>(path_))};
}

std::vector<Datagram> Member::to_all(MessageKind kind) const {
  std::vector<Datagram> datagrams;
  for (std::size_t path = 0; path < addresses_.size(); ++path) {
    datagrams.push_back(datagram(addresses_[path], kind, static_cast<std::uint8_t>(path)));
  }
  if (kind != MessageKind::Failing) return datagrams;
  for (const Address& peer : peers_) datagrams.push_back(datagram(peer, kind, 0));
  return datagrams;
}

std::vector<Datagram> Member::answer(const Address& from, const Message& message, double now) {
  switch (message.kind) {
    case MessageKind::Acknowledgement:
      if (message.path < addresses_.size()) path_ = message.path;
      return {};
    case MessageKind::Probe:
      return {datagram(from, MessageKind::Heartbeat, static_cast<std::uint8_t>(path_))};
    case MessageKind::Shutdown:
      schedule_shutdown(now);
      return {};
    default:
      return {};
  }
}

double AwakeClock::advance(double now) {
  if (started_) awake_ += std::clamp(now - last_, 0.0, longest_step_);
  started_ = true;
  last_ = now;
  return awake_;
}

void LastSeen::watch(std::size_t rank, double now) {
  ranks_[rank].watched = true;
  ranks_[rank].last = now;
}

void LastSeen::heard(std::size_t rank, double now) {
  ranks_[rank].ever_heard = true;
  ranks_[rank].last = now;
}

std::vector<std::size_t> LastSeen::overdue(double seconds, double now) const {
  std::vector<std::size_t> silent;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (watched(rank) && now - ranks_[rank].last >= seconds) silent.push_back(rank);
  }
  return silent;
}

std::vector<std::size_t> LastSeen::missing_since(double then) const {
  std::vector<std::size_t> missing;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (watched(rank) && !ranks_[rank].is_exiting && !heard_since(rank, then)) {
      missing.push_back(rank);
    }
  }
  return missing;
}

}  // namespace plumb::watchdog
