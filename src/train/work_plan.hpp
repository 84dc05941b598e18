// Which worker (rank, thread) computes which slices of the global batch.
#pragma once

#include <cstddef>

namespace plumb::train {

/// A run of consecutive slices.
struct SliceRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Every worker takes an aligned power-of-two run of slices, i.e. one subtree of the summation
/// tree (tree_fold.hpp); the last ones may be short or empty. So every layout yields the same bits;
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
