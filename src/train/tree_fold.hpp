// The one shape every sum over slices has.
#pragma once

#include <bit>
#include <cstddef>

namespace plumb::train {

/// Splits `count` >= 2 leaves of an aligned binary tree: the left child's leaves, a power of two.
inline std::size_t left_leaves(std::size_t count) { return std::bit_ceil(count) / 2; }

/// Calls add(into, from) so that item `first` ends as the sum of `count` items, grouped as the
/// aligned binary tree ((0+1)+(2+3))+((4+5)+...); missing leaves of an incomplete tree are left
/// out. Any aligned power-of-two run of leaves is a subtree, so whoever sums such runs first
/// (threads, ranks) gets the same bits.
template <class Add>
void tree_fold(std::size_t first, std::size_t count, const Add& add) {
  if (count < 2) return;
  const std::size_t left = left_leaves(count);
  tree_fold(first, left, add);
  tree_fold(first + left, count - left, add);
  add(first, first + left);
}

}  // namespace plumb::train
