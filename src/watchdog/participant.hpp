// The protocol of the failure detector: when each rank was last heard from, and who sends what to
// whom, without sockets, threads or a clock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "watchdog/message.hpp"

namespace plumb::watchdog {

/// Counts only seconds in which this process was awake. A process that was stopped, or not
/// scheduled for long, cannot have heard anybody: a jump of the clock counts as `longest_step` at
/// most, so nobody else is blamed for it.
class AwakeClock {
 public:
  explicit AwakeClock(double longest_step) : longest_step_(longest_step) {}
  /// now: seconds, never falling. Returns the awake seconds since the first call.
  double advance(double now);

 private:
  double longest_step_;
  double last_ = 0;
  double awake_ = 0;
  bool started_ = false;
};

/// Times of one clock for ranks 0 .. ranks-1. No rank is watched at first.
class LastSeen {
 public:
  explicit LastSeen(std::size_t ranks) : ranks_(ranks) {}

  /// From now on the rank's silence counts, unless it has left already.
  void watch(std::size_t rank, double now);
  void heard(std::size_t rank, double now);
  /// It has finished: its silence means nothing from now on.
  void left(std::size_t rank) { ranks_[rank].has_left = true; }
  /// It said that it is about to end: nobody need ask for it, but its silence still counts.
  void announced_exit(std::size_t rank) { ranks_[rank].is_exiting = true; }

  [[nodiscard]] bool ever_heard(std::size_t rank) const { return ranks_[rank].ever_heard; }
  [[nodiscard]] bool heard_since(std::size_t rank, double then) const {
    return ranks_[rank].ever_heard && ranks_[rank].last > then;
  }
  [[nodiscard]] bool watched(std::size_t rank) const {
    return ranks_[rank].watched && !ranks_[rank].has_left;
  }
  /// Watched ranks that were probed at `then`, have not been heard since, and have not said why.
  [[nodiscard]] std::vector<std::size_t> missing_since(double then) const;
  /// Watched ranks, silent for at least so many seconds, in their order.
  [[nodiscard]] std::vector<std::size_t> overdue(double seconds, double now) const;
  [[nodiscard]] std::size_t size() const noexcept { return ranks_.size(); }

 private:
  struct Rank {
    double last = 0;
    bool ever_heard = false;
    bool watched = false;
    bool has_left = false;
    bool is_exiting = false;
  };
  std::vector<Rank> ranks_;
};

struct Datagram {
  Address to;
  Message message;
};

/// A rank that is told of another one's failure leaves this much time to the launcher, which ends
/// the whole job with the exit code of the rank that failed.
inline constexpr double kGraceSeconds = 1.5;

/// One rank's part in a star around rank 0, the coordinator. Times are seconds of one AwakeClock.
/// Messages with another token are ignored. Only that a rank ends because of a fault is sent to all
/// ranks, not by way of the coordinator, which may be the one that is lost.
class Participant {
 public:
  Participant(std::uint64_t token, std::size_t ranks, std::size_t own_rank)
      : token_(token), own_rank_(own_rank), last_seen_(ranks) {}
  virtual ~Participant() = default;

  /// To be sent regularly.
  [[nodiscard]] virtual std::vector<Datagram> heartbeats(double now) const = 0;
  /// Takes note of what arrived; returns what is to be sent because of it.
  std::vector<Datagram> receive(const Address& from, const Message& message, double now);
  /// The same message to everybody this rank exchanges datagrams with.
  [[nodiscard]] virtual std::vector<Datagram> to_all(MessageKind kind) const = 0;
  /// Ask everybody for a sign of life.
  [[nodiscard]] virtual std::vector<Datagram> probes() const = 0;
  /// Has everybody been heard of whom this rank can hear of?
  [[nodiscard]] virtual bool heard_everybody() const = 0;

  [[nodiscard]] LastSeen& last_seen() noexcept { return last_seen_; }
  /// Some rank ends the job, and has told the user why.
  [[nodiscard]] bool shutdown_announced() const noexcept { return shutdown_at_.has_value(); }
  /// Several ranks may notice a loss at the same moment, and say so; the lowest tells the user.
  [[nodiscard]] bool yields_to_lower_rank() const noexcept { return lowest_failing_ < own_rank_; }
  /// It is time to end, too.
  [[nodiscard]] bool must_shut_down(double now) const noexcept {
    return shutdown_at_ && now >= *shutdown_at_;
  }

 protected:
  [[nodiscard]] Datagram datagram(const Address& to, MessageKind kind, std::uint8_t path) const;
  [[nodiscard]] const LastSeen& heard() const noexcept { return last_seen_; }
  void schedule_shutdown(double at) noexcept {
    shutdown_at_ = std::min(at, shutdown_at_.value_or(at));
  }

 private:
  virtual std::vector<Datagram> answer(const Address& from, const Message& message, double now) = 0;
  [[nodiscard]] virtual bool exchanges_with(std::size_t rank) const = 0;
  [[nodiscard]] bool is_of_this_job(const Message& message) const;

  std::uint64_t token_;
  std::size_t own_rank_;
  LastSeen last_seen_;
  std::optional<double> shutdown_at_;
  std::size_t lowest_failing_ = std::numeric_limits<std::size_t>::max();  // of those that said so
};

/// Rank 0: acknowledges every heartbeat to where it came from.
class Coordinator final : public Participant {
 public:
  Coordinator(std::uint64_t token, std::size_t ranks)
      : Participant(token, ranks, 0), rank_addresses_(ranks) {}
  [[nodiscard]] std::vector<Datagram> heartbeats(double now) const override;
  [[nodiscard]] std::vector<Datagram> to_all(MessageKind kind) const override;
  [[nodiscard]] std::vector<Datagram> probes() const override { return to_all(MessageKind::Probe); }
  [[nodiscard]] bool heard_everybody() const override;

 private:
  std::vector<Datagram> answer(const Address& from, const Message& message, double now) override;
  [[nodiscard]] bool exchanges_with(std::size_t rank) const override { return rank != 0; }

  std::vector<std::optional<Address>> rank_addresses_;  // where each rank was last heard from
};

/// Every other rank: sends to the coordinator's address that answered last, and to all of them
/// while none has answered for `patience` seconds. MessageKind::Failing goes to the other ranks as
/// well.
class Member final : public Participant {
 public:
  Member(const Handshake& handshake, std::size_t ranks, std::size_t own_rank, double patience)
      : Participant(handshake.token, ranks, own_rank),
        addresses_(handshake.addresses),
        peers_(handshake.peers),
        patience_(patience) {}
  [[nodiscard]] std::vector<Datagram> heartbeats(double now) const override;
  [[nodiscard]] std::vector<Datagram> to_all(MessageKind kind) const override;
  [[nodiscard]] std::vector<Datagram> probes() const override {
    return to_all(MessageKind::Heartbeat);
  }
  [[nodiscard]] bool heard_everybody() const override { return heard().ever_heard(0); }

 private:
  std::vector<Datagram> answer(const Address& from, const Message& message, double now) override;
  [[nodiscard]] bool exchanges_with(std::size_t rank) const override { return rank == 0; }

  std::vector<Address> addresses_;
  std::vector<Address> peers_;
  std::size_t path_ = 0;  // of addresses_, the one that answered last
  double patience_;
};

}  // namespace plumb::watchdog
