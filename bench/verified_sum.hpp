// Trying a sum before timing it.
#pragma once

#include <algorithm>

#include "bench/allreduce_methods.hpp"
#include "bench/rotating_buffers.hpp"

namespace plumb::bench {

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
