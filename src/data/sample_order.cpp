#include "data/sample_order.hpp"

#include <array>
#include <bit>

#include "core/error.hpp"
#include "core/random.hpp"

namespace plumb::data {
namespace {

// Four rounds make a Feistel network of good round functions indistinguishable from a random
// permutation (Luby and Rackoff 1988); two more are cheap and help where a half has few bits.
constexpr unsigned kRounds = 6;

using RoundKeys = std::array<std::uint64_t, kRounds>;

RoundKeys draw_round_keys(std::uint64_t seed, std::uint64_t epoch) {
  core::RandomStream stream(seed, core::Purpose::SampleOrder, epoch);
  RoundKeys keys{};
  for (std::uint64_t& key : keys) key = stream.next_u64();
  return keys;
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every
/// output bit.
std::uint64_t mix(std::uint64_t v) {
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9ULL;
  v = (v ^ (v >> 27)) * 0x94d049bb133111ebULL;
  return v ^ (v >> 31);
}

/// A bijection of 0 .. 4^half_bits - 1. half_bits in 1 .. 32.
std::uint64_t permute(std::uint64_t value, unsigned half_bits, const RoundKeys& keys) {
  std::uint64_t left = value >> half_bits;
  std::uint64_t right = value & ((std::uint64_t{1} << half_bits) - 1);
  for (const std::uint64_t key : keys) {
    const std::uint64_t mixed = left ^ (mix(right ^ key) >> (64 - half_bits));
    left = right;
    right = mixed;
  }
  return (left << half_bits) | right;
}

}  // namespace

SampleOrder::SampleOrder(std::optional<std::uint64_t> size, std::uint64_t seed)
    : size_(size.value_or(0)), seed_(seed), half_bits_(0) {
  if (size && *size == 0) {
    throw core::UsageError("the training split holds no samples; at least 1 is needed");
  }
  if (size_ > 1) half_bits_ = (static_cast<unsigned>(std::bit_width(size_ - 1)) + 1) / 2;
}

std::uint64_t SampleOrder::index(std::uint64_t position) const {
  if (size_ == 0) return position;
  if (size_ == 1) return 0;
  const RoundKeys keys = draw_round_keys(seed_, position / size_);
  // The network's domain is less than four times too large: walk its cycle until we are back
  // among the samples. The walk ends, at the latest at the value it started from.
  std::uint64_t value = position % size_;
  do {
    value = permute(value, half_bits_, keys);
  } while (value >= size_);
  return value;
}

}  // namespace plumb::data
