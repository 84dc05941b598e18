#include "data/xxh64.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace plumb::data {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87ULL;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4FULL;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9ULL;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63ULL;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5ULL;
constexpr std::size_t kStripe = 32;  // bytes: four lanes of eight

template <class T>
std::uint64_t load(const std::byte* from) noexcept {
  T word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t input) noexcept {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t merge(std::uint64_t hash, std::uint64_t lane) noexcept {
  return (hash ^ round(0, lane)) * kPrime1 + kPrime4;
}

/// All whole stripes; `bytes` keeps what is left.
std::uint64_t hash_stripes(std::span<const std::byte>& bytes, std::uint64_t seed) noexcept {
  std::array<std::uint64_t, 4> lanes = {seed + kPrime1 + kPrime2, seed + kPrime2, seed,
                                        seed - kPrime1};
  for (; bytes.size() >= kStripe; bytes = bytes.subspan(kStripe)) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      lanes[i] = round(lanes[i], load<std::uint64_t>(bytes.data() + 8 * i));
    }
  }
  std::uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                       std::rotl(lanes[3], 18);
  for (const std::uint64_t lane : lanes) hash = merge(hash, lane);
  return hash;
}

std::uint64_t hash_rest(std::span<const std::byte> bytes, std::uint64_t hash) noexcept {
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    hash ^= round(0, load<std::uint64_t>(bytes.data()));
    hash = std::rotl(hash, 27) * kPrime1 + kPrime4;
  }
  if (bytes.size() >= 4) {
    hash ^= load<std::uint32_t>(bytes.data()) * kPrime1;
    hash = std::rotl(hash, 23) * kPrime2 + kPrime3;
    bytes = bytes.subspan(4);
  }
  for (const std::byte byte : bytes) {
    hash ^= std::to_integer<std::uint64_t>(byte) * kPrime5;
    hash = std::rotl(hash, 11) * kPrime1;
  }
  return hash;
}

/// Every bit of the hash reaches every other.
std::uint64_t avalanche(std::uint64_t hash) noexcept {
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace

std::uint64_t xxh64(std::span<const std::byte> bytes, std::uint64_t seed) noexcept {
  const std::size_t length = bytes.size();
  std::uint64_t hash = length >= kStripe ? hash_stripes(bytes, seed) : seed + kPrime5;
  hash += length;
  return avalanche(hash_rest(bytes, hash));
}

}  // namespace plumb::data
