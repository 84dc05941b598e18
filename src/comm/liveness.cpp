#include "comm/liveness.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <random>
#include <utility>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace plumb::comm {
namespace {

constexpr double kMeetSeconds = 3;
constexpr std::size_t kMostAddresses = 32;
constexpr double kCallSeconds = 0.4;
// Longer than rank 0's call: who left earlier would be missed by it.
constexpr double kDismissalSeconds = 0.6;
constexpr std::size_t kMostNames = 8;
// When rank 0 is lost all others notice. The first to speak tells the rest before they do, too; and
// rank 0, as long as it can tell anybody, is the first of all.
constexpr double kStagger = 0.04;
constexpr std::size_t kMostStaggers = 5;

std::atomic<Liveness*> the_one{nullptr};

std::uint64_t random_token() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

// Which of its own addresses a rank gives to its peers: on another host a loopback address is
// somebody else's.
std::vector<Address> for_peers(const std::vector<Address>& own) {
  std::vector<Address> addresses;
  std::copy_if(own.begin(), own.end(), std::back_inserter(addresses),
               [](const Address& address) { return !is_loopback(address); });
  return addresses.empty() ? own : addresses;
}

std::chrono::duration<double> seconds_long(double seconds) {
  return std::chrono::duration<double>(seconds);
}

}  // namespace

Liveness::Liveness(const Communicator& world, double seconds, Say say)
    : rank_(static_cast<std::size_t>(world.rank())),
      ranks_(static_cast<std::size_t>(world.size())),
      say_(std::move(say)) {
  if (ranks_ == 1) return;
  for (int rank = 0; rank < world.size(); ++rank) names_.push_back(world.name_of(rank));
  const Invitation invitation = invite(world, seconds);
  if (invitation.seconds <= 0) return;
  try {
    open_wake();
    join_party(invitation);
    thread_ = std::thread([this] { run(); });
    the_one = this;
  } catch (const std::exception&) {
    socket_.reset();  // without a socket or a thread this rank is one that cannot be reached
  }
  meet(world);
}

Liveness::~Liveness() {
  if (thread_.joinable()) {
    the_one = nullptr;
    leave();
    stopping_ = true;
    ::eventfd_write(wake_, 1);
    thread_.join();
  }
  if (wake_ >= 0) ::close(wake_);
}

void Liveness::open_wake() {
  if (!socket_) throw core::IoError("no socket");
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) throw core::IoError("eventfd failed");
}

// None when there is no socket to be had: the rank will not be reached, and the user be told.
std::vector<Address> Liveness::open_socket() {
  try {
    socket_ = std::make_unique<DatagramSocket>();
    return own_addresses(socket_->port(), kMostAddresses);
  } catch (const core::IoError&) {
    socket_.reset();
    return {};
  }
}

// Collective.
Invitation Liveness::invite(const Communicator& world, double seconds) {
  Invitation invitation{0, seconds, open_socket(), {}};
  const auto places = world.gather(to_text(for_peers(invitation.addresses)));
  if (is_hub()) {
    invitation.token = random_token();
    for (std::size_t rank = 1; rank < ranks_; ++rank) {
      const std::vector<Address> peer = addresses_from(places[rank]);
      invitation.peers.insert(invitation.peers.end(), peer.begin(), peer.end());
    }
  }
  std::string text = to_text(invitation);
  world.broadcast(text);
  return invitation_from(text);
}

void Liveness::join_party(const Invitation& invitation) {
  seconds_ = invitation.seconds;
  patience_ = seconds_;
  clock_ = WakingClock(seconds_ / 5);
  if (is_hub()) {
    party_ = std::make_unique<Hub>(invitation.token, ranks_);
  } else {
    const auto place = static_cast<double>(std::min(rank_, kMostStaggers));
    patience_ += kStagger * seconds_ * place;
    party_ = std::make_unique<Spoke>(invitation, ranks_, rank_, seconds_ / 3);
  }
}

// Collective: afterwards all ranks agree on who is watched. Two bits per rank: it has heard rank 0,
// and rank 0 has heard it.
void Liveness::meet(const Communicator& world) {
  world.barrier();  // all threads run
  std::vector<std::uint8_t> met(ranks_, 0);
  if (thread_.joinable()) {
    Lock lock(mutex_);
    changed_.wait_for(lock, seconds_long(kMeetSeconds), [&] { return party_->met_everybody(); });
    Silences& silences = party_->silences();
    if (!is_hub()) met[rank_] = silences.ever_heard(0) ? 1 : 0;
    for (std::size_t rank = 1; is_hub() && rank < ranks_; ++rank) {
      met[rank] = silences.ever_heard(rank) ? 2 : 0;
    }
  }
  world.bitwise_or(met);
  constexpr std::uint8_t kBoth = 3;
  std::vector<std::size_t> unreached;
  for (std::size_t rank = 1; rank < ranks_; ++rank) {
    if (met[rank] != kBoth) unreached.push_back(rank);
  }
  if (is_hub()) unwatched_ = names_of(unreached);
  if (!thread_.joinable()) return;
  const Lock lock(mutex_);
  const double now = clock_.advance(core::now_seconds());
  for (std::size_t rank = 1; rank < ranks_; ++rank) {
    if (met[rank] == kBoth && is_hub()) party_->silences().watch(rank, now);
    if (met[rank] == kBoth && rank == rank_) party_->silences().watch(0, now);
  }
}

void Liveness::leave() {
  if (socket_ && party_) send_thrice(Beat::Leaving);
}

void Liveness::announce_end_if_any() {
  if (Liveness* const liveness = the_one) liveness->send_thrice(Beat::Ending);
}

std::string Liveness::roll_call() {
  if (!thread_.joinable()) return {};
  std::vector<std::size_t> missing;
  {
    Lock lock(mutex_);
    const double then = clock_.advance(core::now_seconds());
    for (int time = 0; !is_hub() && time < 3; ++time) send(party_->to_all(Beat::Signalled));
    send(party_->call());
    const double patience = is_hub() ? kCallSeconds : kDismissalSeconds;
    changed_.wait_for(lock, seconds_long(patience), [&] {
      return party_->end_announced() ||
             (is_hub() && party_->silences().missing_since(then).empty());
    });
    if (!party_->end_announced()) missing = party_->silences().missing_since(then);
  }
  if (is_hub()) send_thrice(Beat::End);
  // All others miss rank 0; one of them says so.
  if (missing.empty() || rank_ > 1) return {};
  return fmt::format("{} no longer answer{}: killed, stopped or cut off; the job was ended",
                     names_of(missing), missing.size() == 1 ? "s" : "");
}

std::string Liveness::names_of(const std::vector<std::size_t>& ranks) const {
  std::string text;
  for (std::size_t i = 0; i < std::min(ranks.size(), kMostNames); ++i) {
    text += (i == 0 ? "" : ", ") + names_[ranks[i]];
  }
  if (ranks.size() > kMostNames) text += fmt::format(" and {} more", ranks.size() - kMostNames);
  return text;
}

}  // namespace plumb::comm
