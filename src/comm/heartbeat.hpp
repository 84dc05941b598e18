// What ranks that watch each other send, as bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plumb::comm {

/// An IPv4 address and a port, both in the machine's byte order.
struct Address {
  std::uint32_t host = 0;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

enum class Beat : std::uint8_t {
  Alive = 1,      // to rank 0, which answers
  Answer = 2,     // from rank 0
  Call = 3,       // from rank 0: be Alive at once
  Leaving = 4,    // after MPI_Finalize: no longer to be watched
  End = 5,        // from rank 0: the job ends now
  Ending = 6,     // from any rank: it ends because of a fault, and has told the user
  Signalled = 7,  // to rank 0: it was told to end from outside
};

/// One datagram of 20 bytes. The token is drawn anew by every job: whatever else arrives at the
/// port belongs to somebody else.
struct Heartbeat {
  Beat beat = Beat::Alive;
  std::uint8_t path = 0;  // which of rank 0's addresses it was sent to; an answer repeats it
  std::uint32_t rank = 0;
  std::uint64_t token = 0;
  bool operator==(const Heartbeat&) const = default;
};

using HeartbeatBytes = std::array<std::uint8_t, 20>;
HeartbeatBytes encode(const Heartbeat& heartbeat);
/// Nothing when the bytes are no heartbeat.
std::optional<Heartbeat> decode(std::span<const std::uint8_t> bytes);

/// What rank 0 tells the others at the start, by MPI.
struct Invitation {
  std::uint64_t token = 0;
  double seconds = 0;              // of silence that mean loss; 0: nobody watches
  std::vector<Address> addresses;  // of rank 0
  std::vector<Address> peers;      // of all other ranks
  bool operator==(const Invitation&) const = default;
};

/// One line of text.
std::string to_text(const Invitation& invitation);
std::string to_text(const std::vector<Address>& addresses);
/// Throw core::IoError for any other text.
Invitation invitation_from(const std::string& text);
std::vector<Address> addresses_from(const std::string& text);

}  // namespace plumb::comm
