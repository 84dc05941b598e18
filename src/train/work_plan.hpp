// Which worker (rank, thread) computes which slices of the global batch, and the one tree in which
// every sum over slices is taken.
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

/// A run of consecutive slices.
struct SliceRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Every worker takes an aligned power-of-two run of slices, i.e. one subtree of the summation
/// tree (tree_fold); the last ones may be short or empty. So every layout yields the same bits;
/// powers of two of both slices and workers also share the work evenly.
class WorkPlan {
 public:
  /// slices, ranks, threads >= 1. Throws core::UsageError when there are more workers than slices.
  WorkPlan(std::size_t slices, std::size_t ranks, std::size_t threads);

  [[nodiscard]] SliceRange of_rank(std::size_t rank) const;
  [[nodiscard]] SliceRange of_thread(std::size_t rank, std::size_t thread) const;
  /// Threads of the rank that have slices: 0 .. busy_threads-1.
  [[nodiscard]] std::size_t busy_threads(std::size_t rank) const;
  [[nodiscard]] std::size_t ranks() const noexcept { return ranks_; }
  [[nodiscard]] std::size_t threads() const noexcept { return threads_; }
  /// Workers without a slice, over all ranks.
  [[nodiscard]] std::size_t idle_workers() const;
  /// The longest run any worker has: the step's time, in slices.
  [[nodiscard]] std::size_t slices_of_busiest() const;

 private:
  std::size_t slices_;
  std::size_t ranks_;
  std::size_t threads_;
  std::size_t rank_block_;
  std::size_t thread_block_;
};

}  // namespace plumb::train
