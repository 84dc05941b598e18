#include "train/work_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/error.hpp"

namespace plumb::train {
namespace {

std::size_t block(std::size_t slices, std::size_t workers) {
  return std::bit_ceil((slices + workers - 1) / workers);
}

SliceRange clip(std::size_t first, std::size_t length, std::size_t end) {
  return first >= end ? SliceRange{end, 0} : SliceRange{first, std::min(length, end - first)};
}

}  // namespace

WorkPlan::WorkPlan(std::size_t slices, std::size_t ranks, std::size_t threads)
    : slices_(slices), ranks_(ranks), threads_(threads) {
  if (threads > slices / ranks) {  // ranks * threads may not fit a size_t
    throw core::UsageError(fmt::format(
        "{} ranks x {} threads are more workers than the {} slices of a batch "
        "(train.batch / train.slice); allowed: at most {} workers, or a smaller train.slice",
        ranks, threads, slices, slices));
  }
  rank_block_ = block(slices, ranks);
  thread_block_ = block(std::min(rank_block_, slices), threads);
}

SliceRange WorkPlan::of_rank(std::size_t rank) const {
  return clip(rank * rank_block_, rank_block_, slices_);
}

SliceRange WorkPlan::of_thread(std::size_t rank, std::size_t thread) const {
  const SliceRange mine = of_rank(rank);
  return clip(mine.first + thread * thread_block_, thread_block_, mine.first + mine.count);
}

std::size_t WorkPlan::busy_threads(std::size_t rank) const {
  const std::size_t slices = of_rank(rank).count;
  return (slices + thread_block_ - 1) / thread_block_;
}

std::size_t WorkPlan::idle_workers() const {
  std::size_t busy = 0;
  for (std::size_t rank = 0; rank < ranks_; ++rank) busy += busy_threads(rank);
  return ranks_ * threads_ - busy;
}

std::size_t WorkPlan::slices_of_busiest() const { return of_thread(0, 0).count; }

}  // namespace plumb::train
