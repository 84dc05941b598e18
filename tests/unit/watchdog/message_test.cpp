#include "watchdog/message.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace plumb::watchdog {
namespace {

constexpr Message kSample{MessageKind::Leave, 7, 0x01020304, 0xA1B2C3D4E5F60718};

TEST(message, survives_its_encoding) { EXPECT_EQ(decode(encode(kSample)), kSample); }

// Ranks of one job may run on machines of different byte order.
TEST(message, has_the_same_bytes_on_every_machine) {
  const MessageBytes bytes = {'P',  'L',  'H',  'B',  4,    7,    0,    0,    0x04, 0x03,
                              0x02, 0x01, 0x18, 0x07, 0xF6, 0xE5, 0xD4, 0xC3, 0xB2, 0xA1};
  EXPECT_EQ(encode(kSample), bytes);
}

TEST(message, is_not_made_of_strange_bytes) {
  MessageBytes other_magic = encode(kSample);
  other_magic[0] = 'Q';
  EXPECT_FALSE(decode(other_magic));
  for (const int kind : {0, 8, 255}) {
    MessageBytes unknown = encode(kSample);
    unknown[4] = static_cast<std::uint8_t>(kind);
    EXPECT_FALSE(decode(unknown)) << kind;
  }
}

TEST(message, is_neither_shorter_nor_longer) {
  const MessageBytes bytes = encode(kSample);
  EXPECT_FALSE(decode(std::span(bytes).first(19)));
  EXPECT_FALSE(decode({}));
  std::vector<std::uint8_t> longer(bytes.begin(), bytes.end());
  longer.push_back(0);
  EXPECT_FALSE(decode(longer));
}

TEST(handshake, survives_its_encoding) {
  const Handshake many{0xFFFFFFFFFFFFFFFF, 2.5, {{0x7F000001, 1}, {1, 65535}}, {{2, 3}}};
  EXPECT_EQ(handshake_from(to_text(many)), many);
  const Handshake none{0, 0, {}, {}};
  EXPECT_EQ(handshake_from(to_text(none)), none);
}

TEST(handshake, is_refused_when_it_is_garbled) {
  const std::string text = to_text({1, 5, {{2, 3}}, {{4, 5}}});
  for (const std::string& wrong :
       {std::string(), text.substr(0, text.size() - 2), text + " 4", "x" + text,
        std::string("1 5 1 2 65536 0"), std::string("1 5 1 2 3")}) {
    EXPECT_THROW(handshake_from(wrong), core::IoError) << wrong;
  }
}

TEST(addresses, survive_their_encoding) {
  const std::vector<Address> two = {{0x0A000001, 1}, {0xFFFFFFFF, 65535}};
  EXPECT_EQ(addresses_from(to_text(two)), two);
  EXPECT_EQ(addresses_from(to_text(std::vector<Address>())), std::vector<Address>());
  EXPECT_THROW(addresses_from("2 1 1"), core::IoError);
}

}  // namespace
}  // namespace plumb::watchdog
