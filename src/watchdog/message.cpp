#include "watchdog/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/error.hpp"

namespace plumb::watchdog {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic = {'P', 'L', 'H', 'B'};
constexpr std::size_t kKindAt = 4;
constexpr std::size_t kPathAt = 5;  // two unused bytes follow
constexpr std::size_t kRankAt = 8;
constexpr std::size_t kTokenAt = 12;

// Little-endian on every machine.
template <class Number>
void put(MessageBytes& bytes, std::size_t at, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes[at + i] = static_cast<std::uint8_t>((value >> (8 * i)) & 0xFFU);
  }
}

template <class Number>
Number get(std::span<const std::uint8_t> bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    value |= static_cast<Number>(static_cast<Number>(bytes[at + i]) << (8 * i));
  }
  return value;
}

bool is_kind(std::uint8_t byte) {
  return byte >= static_cast<std::uint8_t>(MessageKind::Heartbeat) &&
         byte <= static_cast<std::uint8_t>(MessageKind::Terminating);
}

// A number that is missing or too large leaves `words` in a failed state.
std::vector<Address> read_addresses(std::istringstream& words) {
  std::vector<Address> addresses;
  std::size_t count = 0;
  words >> count;
  while (words && addresses.size() < count) {
    Address address;
    words >> address.host >> address.port;
    addresses.push_back(address);
  }
  return addresses;
}

void require_end(std::istringstream& words, const std::string& text) {
  if (words && (words >> std::ws).eof()) return;
  throw core::IoError("the handshake of the failure detectors is garbled: '" + text + "'");
}

}  // namespace

MessageBytes encode(const Message& message) {
  MessageBytes bytes{};
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  bytes[kKindAt] = static_cast<std::uint8_t>(message.kind);
  bytes[kPathAt] = message.path;
  put(bytes, kRankAt, message.rank);
  put(bytes, kTokenAt, message.token);
  return bytes;
}

std::optional<Message> decode(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != MessageBytes().size()) return std::nullopt;
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) return std::nullopt;
  if (!is_kind(bytes[kKindAt])) return std::nullopt;
  return Message{static_cast<MessageKind>(bytes[kKindAt]), bytes[kPathAt],
                 get<std::uint32_t>(bytes, kRankAt), get<std::uint64_t>(bytes, kTokenAt)};
}

std::string to_text(const std::vector<Address>& addresses) {
  std::string text = fmt::format("{}", addresses.size());
  for (const Address& address : addresses)
    text += fmt::format(" {} {}", address.host, address.port);
  return text;
}

std::string to_text(const Handshake& handshake) {
  return fmt::format("{} {} {} {}", handshake.token, handshake.seconds,
                     to_text(handshake.addresses), to_text(handshake.peers));
}

std::vector<Address> addresses_from(const std::string& text) {
  std::istringstream words(text);
  std::vector<Address> addresses = read_addresses(words);
  require_end(words, text);
  return addresses;
}

Handshake handshake_from(const std::string& text) {
  std::istringstream words(text);
  Handshake handshake;
  words >> handshake.token >> handshake.seconds;
  handshake.addresses = read_addresses(words);
  handshake.peers = read_addresses(words);
  require_end(words, text);
  return handshake;
}

}  // namespace plumb::watchdog
