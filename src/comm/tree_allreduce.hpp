// Sums over ranks in one fixed order.
#pragma once

#include <cstddef>
#include <span>

#include "comm/communicator.hpp"
#include "core/aligned_buffer.hpp"

namespace plumb::comm {

/// values[i] becomes the sum over ranks, grouped as the aligned binary tree over ranks:
/// ((0+1)+(2+3))+((4+5)+(6+7)); missing ranks of an incomplete tree are left out, not added as
/// zeros. IEEE addition commutes, so every rank ends with the same bits, and the bits depend only
/// on the tree, not on message sizes. Recursive halving and doubling at distance 1, 2, 4, ...
/// (Thakur, Rabenseifner, Gropp 2005) for a power of two of ranks and long vectors, full exchange
/// for short ones; any other rank count: binomial reduction to rank 0 and broadcast.
/// Owns its receive buffer (grown on demand). T is float or double. Throws like Communicator.
template <class T>
class TreeAllreduce {
 public:
  /// The communicator must outlive this object.
  explicit TreeAllreduce(const Communicator& communicator) : communicator_(&communicator) {}
  void sum(std::span<T> values);

 private:
  const Communicator* communicator_;
  core::AlignedBuffer<T> received_;
};

}  // namespace plumb::comm
