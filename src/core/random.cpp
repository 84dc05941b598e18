#include "core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace plumb::core {

RandomStream::RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t index) noexcept
    : seed_(seed), purpose_(static_cast<std::uint32_t>(purpose)), index_(index) {}

void RandomStream::refill() noexcept {
  const r123::Philox4x32 philox;
  const r123::Philox4x32::ctr_type counter = {{block_, purpose_, static_cast<std::uint32_t>(index_),
                                               static_cast<std::uint32_t>(index_ >> 32)}};
  const r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}};
  const auto drawn = philox(counter, key);
  numbers_ = {drawn[0], drawn[1], drawn[2], drawn[3]};
  ++block_;
  used_ = 0;
}

std::uint32_t RandomStream::next_u32() noexcept {
  if (used_ == numbers_.size()) refill();
  return numbers_[used_++];
}

std::uint64_t RandomStream::next_u64() noexcept {
  const std::uint64_t low = next_u32();
  return low | (static_cast<std::uint64_t>(next_u32()) << 32);
}

double RandomStream::uniform() noexcept { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

double RandomStream::uniform(double low, double high) noexcept {
  return low + (high - low) * uniform();
}

std::uint32_t RandomStream::below(std::uint32_t bound) noexcept {
  std::uint64_t product = static_cast<std::uint64_t>(next_u32()) * bound;
  const std::uint32_t threshold = (0U - bound) % bound;
  while (static_cast<std::uint32_t>(product) < threshold) {
    product = static_cast<std::uint64_t>(next_u32()) * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double RandomStream::normal() noexcept {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  // 1 - uniform() lies in (0, 1], so the logarithm is finite.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

}  // namespace plumb::core
