// Memory for timed calls.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "bench/allreduce_methods.hpp"
#include "core/aligned_buffer.hpp"

namespace plumb::bench {

/// Equally long vectors used in turn: no call finds its numbers in a first-level cache because the
/// call before left them there, as no gradient does. 64 MiB in all, but never fewer than three
/// vectors nor more than 64.
class RotatingBuffers {
 public:
  explicit RotatingBuffers(std::size_t length) {
    constexpr std::size_t kTotal = (std::size_t{64} << 20) / sizeof(float);
    const std::size_t wanted = (kTotal + length - 1) / length;
    const std::size_t number = std::clamp<std::size_t>(wanted, 3, 64);
    for (std::size_t i = 0; i < number; ++i) buffers_.emplace_back(length);
  }

  [[nodiscard]] std::size_t number() const noexcept { return buffers_.size(); }
  std::span<float> next() {
    turn_ = (turn_ + 1) % buffers_.size();
    return buffers_[turn_].span();
  }

 private:
  std::vector<core::AlignedBuffer<float>> buffers_;
  std::size_t turn_ = 0;
};

/// Sums numbers and checks the result; then sums every buffer once, as a warm-up. Leaves zeros,
/// whose sums do not grow however often they are summed again.
inline bool verified(const comm::Communicator& world, const SumMethod& method,
                     RotatingBuffers& buffers) {
  const std::span<float> values = buffers.next();
  fill_with_rank_numbers(world, values);
  method.sum(values);
  const bool good = method.is_right(values);
  std::fill(values.begin(), values.end(), 0.0F);
  for (std::size_t i = 0; i < buffers.number(); ++i) method.sum(buffers.next());
  return good;
}

}  // namespace plumb::bench
