// What the ranks' failure detectors send each other, as bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plumb::watchdog {

/// An IPv4 address and a port, both in the machine's byte order.
struct Address {
  std::uint32_t host = 0;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

enum class MessageKind : std::uint8_t {
  Heartbeat = 1,        // to the coordinator, which acknowledges it
  Acknowledgement = 2,  // from the coordinator
  Probe = 3,            // from the coordinator: send a heartbeat at once
  Leave = 4,            // after MPI_Finalize: no longer to be watched
  Shutdown = 5,         // from the coordinator: the job ends now
  Failing = 6,          // from any rank: it ends because of a fault, and has told the user
  Terminating = 7,      // to the coordinator: a signal has told this rank to end
};

/// One datagram of 20 bytes. The token is drawn anew by every job: whatever else arrives at the
/// port belongs to somebody else.
struct Message {
  MessageKind kind = MessageKind::Heartbeat;
  std::uint8_t path = 0;  // which of the coordinator's addresses it was sent to; repeated in return
  std::uint32_t rank = 0;
  std::uint64_t token = 0;
  bool operator==(const Message&) const = default;
};

using MessageBytes = std::array<std::uint8_t, 20>;
MessageBytes encode(const Message& message);
/// Nothing when the bytes are no message.
std::optional<Message> decode(std::span<const std::uint8_t> bytes);

/// What the coordinator, rank 0, tells the others at the start, by MPI.
struct Handshake {
  std::uint64_t token = 0;
  double seconds = 0;              // of silence that mean loss; 0: nobody is watched
  std::vector<Address> addresses;  // of the coordinator
  std::vector<Address> peers;      // of all other ranks
  bool operator==(const Handshake&) const = default;
};

/// One line of text.
std::string to_text(const Handshake& handshake);
std::string to_text(const std::vector<Address>& addresses);
/// Throw core::IoError for any other text.
Handshake handshake_from(const std::string& text);
std::vector<Address> addresses_from(const std::string& text);

}  // namespace plumb::watchdog
