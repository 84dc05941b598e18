// Datagrams over IPv4. Never blocks; what cannot be sent is lost, as datagrams may be.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "watchdog/message.hpp"

namespace plumb::watchdog {

/// A socket on all of this host's addresses, with a port that the system chose.
class DatagramSocket {
 public:
  /// Throws core::IoError that names the call.
  DatagramSocket();
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;
  ~DatagramSocket();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// For poll().
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  /// Any thread may send.
  void send(const Address& to, std::span<const std::uint8_t> bytes) const noexcept;

  struct Received {
    Address from;
    std::size_t size = 0;  // written to the front of `bytes`; longer datagrams are cut
  };
  /// Nothing when none is waiting.
  [[nodiscard]] std::optional<Received> receive(std::span<std::uint8_t> bytes) const noexcept;

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

bool is_loopback(const Address& address);

/// This host's IPv4 addresses that are up, loopback first, at most `most`, each with this port.
std::vector<Address> own_addresses(std::uint16_t port, std::size_t most);

}  // namespace plumb::watchdog
