#include "watchdog/failure_detector.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <random>
#include <utility>

#include "core/error.hpp"

namespace plumb::watchdog {
namespace {

constexpr double kContactSeconds = 3;
constexpr std::size_t kMostAddresses = 32;

// Two bits per rank: it has heard the coordinator, and the coordinator has heard it.
constexpr std::uint8_t kHears = 1;
constexpr std::uint8_t kIsHeard = 2;

std::uint64_t random_token() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

struct Endpoint {
  std::unique_ptr<DatagramSocket> socket;
  std::vector<Address> addresses;
};

// Empty when there is no socket to be had: the rank will not be reached, and the user be told.
Endpoint open_endpoint() {
  try {
    auto socket = std::make_unique<DatagramSocket>();
    std::vector<Address> addresses = own_addresses(socket->port(), kMostAddresses);
    return {std::move(socket), std::move(addresses)};
  } catch (const core::IoError&) {
    return {};
  }
}

// Which of its own addresses a rank gives to its peers: on another host a loopback address is
// somebody else's.
std::vector<Address> for_peers(const std::vector<Address>& own) {
  std::vector<Address> addresses;
  std::copy_if(own.begin(), own.end(), std::back_inserter(addresses),
               [](const Address& address) { return !is_loopback(address); });
  return addresses.empty() ? own : addresses;
}

// Collective.
Handshake shake_hands(const Job& job, double seconds, const std::vector<Address>& own) {
  Handshake handshake{0, seconds, own, {}};
  const auto addresses = job.gather(to_text(for_peers(own)));
  if (job.rank == 0) {
    handshake.token = random_token();
    for (std::size_t rank = 1; rank < job.names.size(); ++rank) {
      const std::vector<Address> peer = addresses_from(addresses[rank]);
      handshake.peers.insert(handshake.peers.end(), peer.begin(), peer.end());
    }
  }
  std::string text = to_text(handshake);
  job.broadcast(text);
  return handshake_from(text);
}

}  // namespace

FailureDetector::FailureDetector(const Job& job, double seconds, Report report) {
  if (job.names.size() == 1) return;
  Endpoint own = open_endpoint();
  const Handshake handshake = shake_hands(job, seconds, own.addresses);
  if (handshake.seconds <= 0) return;
  try {
    if (own.socket) {
      monitor_ = std::make_unique<Monitor>(Monitor::Options{job.rank, job.names, std::move(report)},
                                           std::move(own.socket), handshake);
    }
  } catch (const std::exception&) {
    monitor_.reset();  // without a thread this rank is one that cannot be reached
  }
  confirm_contact(job);
}

// Collective: afterwards all ranks agree on who is watched.
void FailureDetector::confirm_contact(const Job& job) {
  const std::size_t ranks = job.names.size();
  job.barrier();  // all threads run
  std::vector<std::uint8_t> contact(ranks, 0);
  if (monitor_) {
    const std::vector<bool> heard = monitor_->wait_for_contact(kContactSeconds);
    if (job.rank != 0) contact[job.rank] = heard[0] ? kHears : 0;
    for (std::size_t rank = 1; job.rank == 0 && rank < ranks; ++rank) {
      contact[rank] = heard[rank] ? kIsHeard : 0;
    }
  }
  job.bitwise_or(contact);
  std::vector<std::size_t> reached;
  std::vector<std::size_t> unreached;
  for (std::size_t rank = 1; rank < ranks; ++rank) {
    (contact[rank] == (kHears | kIsHeard) ? reached : unreached).push_back(rank);
  }
  const bool is_reached = std::count(reached.begin(), reached.end(), job.rank) > 0;
  if (job.rank == 0) unwatched_ = join_names(job.names, unreached);
  if (monitor_ && job.rank == 0) monitor_->watch(reached);
  if (monitor_ && is_reached) monitor_->watch({0});
}

}  // namespace plumb::watchdog
