// Which sample a training position uses.
#pragma once

#include <cstdint>
#include <optional>

namespace plumb::data {

/// Maps position p = step * batch + j of a training run to a sample index. Endless data: p itself.
/// Finite data: epoch after epoch, each in its own random order, every sample once per epoch.
/// The order is a keyed bijection (balanced Feistel network with cycle walking; Black and Rogaway
/// 2002), so any rank computes any entry without storing a permutation.
class SampleOrder {
 public:
  SampleOrder(std::optional<std::uint64_t> size, std::uint64_t seed);
  [[nodiscard]] std::uint64_t index(std::uint64_t position) const;

 private:
  std::uint64_t size_;  // 0 = endless
  std::uint64_t seed_;
  unsigned half_bits_;
};

}  // namespace plumb::data
