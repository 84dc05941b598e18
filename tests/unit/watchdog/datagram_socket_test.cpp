#include "watchdog/datagram_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>

namespace plumb::watchdog {
namespace {

constexpr std::uint32_t kThisHost = 0x7F000001;

/// Waits up to 5 s: loopback needs microseconds.
std::optional<DatagramSocket::Received> wait_for(const DatagramSocket& socket,
                                                 std::span<std::uint8_t> bytes) {
  pollfd event{socket.descriptor(), POLLIN, 0};
  ::poll(&event, 1, 5000);
  return socket.receive(bytes);
}

TEST(datagram_socket, carries_bytes_and_says_who_sent_them) {
  const DatagramSocket one;
  const DatagramSocket other;
  EXPECT_NE(one.port(), other.port());
  const std::array<std::uint8_t, 3> sent = {1, 2, 3};
  one.send({kThisHost, other.port()}, sent);
  std::array<std::uint8_t, 8> bytes{};
  const auto received = wait_for(other, bytes);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->from, (Address{kThisHost, one.port()}));
  EXPECT_EQ(received->size, 3U);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 8>{1, 2, 3}));
}

TEST(datagram_socket, does_not_wait_for_what_has_not_come) {
  const DatagramSocket socket;
  std::array<std::uint8_t, 8> bytes{};
  EXPECT_FALSE(socket.receive(bytes));
}

// A rank that has gone must not keep rank 0 from hearing the others.
TEST(datagram_socket, hears_others_after_sending_to_nobody) {
  const DatagramSocket socket;
  const DatagramSocket other;
  std::uint16_t free_port = 0;
  {
    const DatagramSocket gone;
    free_port = gone.port();
  }
  const std::array<std::uint8_t, 1> byte = {9};
  for (int i = 0; i < 20; ++i) socket.send({kThisHost, free_port}, byte);
  other.send({kThisHost, socket.port()}, byte);
  std::array<std::uint8_t, 8> bytes{};
  EXPECT_TRUE(wait_for(socket, bytes));
}

TEST(own_addresses, begin_with_loopback_and_are_at_most_so_many) {
  const auto addresses = own_addresses(77, 1);
  ASSERT_EQ(addresses.size(), 1U);
  EXPECT_EQ(addresses[0].host >> 24U, 127U);
  EXPECT_EQ(addresses[0].port, 77);
}

}  // namespace
}  // namespace plumb::watchdog
