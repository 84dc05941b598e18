// Who sends what to whom, and who is silent: the watch without sockets, threads or a clock.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "comm/heartbeat.hpp"
#include "comm/silence.hpp"

namespace plumb::comm {

struct Letter {
  Address to;
  Heartbeat heartbeat;
};

/// Who is told that another rank ends leaves this much time to the launcher, which ends the whole
/// job with the exit code of the rank that failed.
inline constexpr double kGraceSeconds = 1.5;

/// One rank's part in a star around rank 0. Times are seconds of one WakingClock. Heartbeats with
/// another token are ignored. Only that a rank ends because of a fault is news for all, not sent by
/// way of rank 0, which may be the one that is lost.
class WatchParty {
 public:
  WatchParty(std::uint64_t token, std::size_t ranks, std::size_t own_rank)
      : token_(token), own_rank_(own_rank), silences_(ranks) {}
  virtual ~WatchParty() = default;

  /// To be sent regularly.
  [[nodiscard]] virtual std::vector<Letter> beat(double now) const = 0;
  /// Takes note of what arrived; returns what is to be sent because of it.
  std::vector<Letter> receive(const Address& from, const Heartbeat& heartbeat, double now);
  /// The same heartbeat to everybody this rank exchanges datagrams with.
  [[nodiscard]] virtual std::vector<Letter> to_all(Beat beat) const = 0;
  /// Asks everybody for a sign of life.
  [[nodiscard]] virtual std::vector<Letter> call() const = 0;
  /// Has everybody been heard of whom this rank can hear of?
  [[nodiscard]] virtual bool met_everybody() const = 0;

  [[nodiscard]] Silences& silences() noexcept { return silences_; }
  /// Somebody ends the job, and has told the user why.
  [[nodiscard]] bool end_announced() const noexcept { return end_at_.has_value(); }
  /// Several ranks may notice a loss at the same moment, and announce the end; the lowest speaks.
  [[nodiscard]] bool gives_way() const noexcept { return lowest_ending_ < own_rank_; }
  /// It is time to follow.
  [[nodiscard]] bool must_end(double now) const noexcept { return end_at_ && now >= *end_at_; }

 protected:
  [[nodiscard]] Letter letter(const Address& to, Beat beat, std::uint8_t path) const;
  [[nodiscard]] const Silences& heard() const noexcept { return silences_; }
  void note_end(double at) noexcept { end_at_ = std::min(at, end_at_.value_or(at)); }

 private:
  virtual std::vector<Letter> answer(const Address& from, const Heartbeat& heartbeat,
                                     double now) = 0;
  [[nodiscard]] virtual bool may_speak(std::size_t rank) const = 0;
  [[nodiscard]] bool is_of_this_job(const Heartbeat& heartbeat) const;

  std::uint64_t token_;
  std::size_t own_rank_;
  Silences silences_;
  std::optional<double> end_at_;
  std::size_t lowest_ending_ = std::numeric_limits<std::size_t>::max();  // of those that announced
};

/// Rank 0: answers every heartbeat to where it came from.
class Hub final : public WatchParty {
 public:
  Hub(std::uint64_t token, std::size_t ranks) : WatchParty(token, ranks, 0), places_(ranks) {}
  [[nodiscard]] std::vector<Letter> beat(double now) const override;
  [[nodiscard]] std::vector<Letter> to_all(Beat beat) const override;
  [[nodiscard]] std::vector<Letter> call() const override { return to_all(Beat::Call); }
  [[nodiscard]] bool met_everybody() const override;

 private:
  std::vector<Letter> answer(const Address& from, const Heartbeat& heartbeat, double now) override;
  [[nodiscard]] bool may_speak(std::size_t rank) const override { return rank != 0; }

  std::vector<std::optional<Address>> places_;  // where each rank was last heard from
};

/// Every other rank: sends to the address of rank 0 that answered last, and to all of them while
/// none has answered for `patience` seconds. Beat::Ending goes to the other ranks as well.
class Spoke final : public WatchParty {
 public:
  Spoke(const Invitation& invitation, std::size_t ranks, std::size_t own_rank, double patience)
      : WatchParty(invitation.token, ranks, own_rank),
        addresses_(invitation.addresses),
        peers_(invitation.peers),
        patience_(patience) {}
  [[nodiscard]] std::vector<Letter> beat(double now) const override;
  [[nodiscard]] std::vector<Letter> to_all(Beat beat) const override;
  [[nodiscard]] std::vector<Letter> call() const override { return to_all(Beat::Alive); }
  [[nodiscard]] bool met_everybody() const override { return heard().ever_heard(0); }

 private:
  std::vector<Letter> answer(const Address& from, const Heartbeat& heartbeat, double now) override;
  [[nodiscard]] bool may_speak(std::size_t rank) const override { return rank == 0; }

  std::vector<Address> addresses_;
  std::vector<Address> peers_;
  std::size_t path_ = 0;  // of addresses_, the one that answered last
  double patience_;
};

}  // namespace plumb::comm
