#include "watchdog/datagram_socket.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/error.hpp"

namespace plumb::watchdog {
namespace {

// Enough for the heartbeats of some thousand ranks at once; the system may grant less.
constexpr int kBufferBytes = 1 << 20;

[[noreturn]] void fail(const char* call) {
  throw core::IoError(fmt::format("{}: {}", call, std::strerror(errno)));
}

sockaddr_in raw_address(const Address& address) noexcept {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(address.port);
  raw.sin_addr.s_addr = htonl(address.host);
  return raw;
}

Address address_of(const sockaddr_in& raw) noexcept {
  return {ntohl(raw.sin_addr.s_addr), ntohs(raw.sin_port)};
}

// The system's interfaces take and give sockaddr*, whatever the family.
sockaddr* generic(sockaddr_in& raw) noexcept { return reinterpret_cast<sockaddr*>(&raw); }

std::uint16_t bind_anywhere(int descriptor) {
  sockaddr_in raw = raw_address({INADDR_ANY, 0});
  socklen_t length = sizeof raw;
  if (::bind(descriptor, generic(raw), length) != 0) fail("bind");
  if (::getsockname(descriptor, generic(raw), &length) != 0) fail("getsockname");
  return address_of(raw).port;
}

}  // namespace

bool is_loopback(const Address& address) { return address.host >> 24U == IN_LOOPBACKNET; }

DatagramSocket::DatagramSocket()
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) fail("socket");
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes);
  try {
    port_ = bind_anywhere(descriptor_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

DatagramSocket::~DatagramSocket() { ::close(descriptor_); }

void DatagramSocket::send(const Address& to, std::span<const std::uint8_t> bytes) const noexcept {
  sockaddr_in raw = raw_address(to);
  [[maybe_unused]] const auto sent =
      ::sendto(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL, generic(raw), sizeof raw);
}

std::optional<DatagramSocket::Received> DatagramSocket::receive(
    std::span<std::uint8_t> bytes) const noexcept {
  sockaddr_in raw{};
  socklen_t length = sizeof raw;
  // An error of an earlier send may be reported here once: it is not the end of the queue.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const auto size = ::recvfrom(descriptor_, bytes.data(), bytes.size(), 0, generic(raw), &length);
    if (size >= 0) return Received{address_of(raw), static_cast<std::size_t>(size)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Address> own_addresses(std::uint16_t port, std::size_t most) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) fail("getifaddrs");
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  std::vector<Address> addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    if ((entry->ifa_flags & static_cast<unsigned>(IFF_UP)) == 0) continue;
    sockaddr_in raw{};
    std::memcpy(&raw, entry->ifa_addr, sizeof raw);
    addresses.push_back({address_of(raw).host, port});
  }
  std::stable_partition(addresses.begin(), addresses.end(), is_loopback);
  addresses.resize(std::min(addresses.size(), most));
  return addresses;
}

}  // namespace plumb::watchdog
