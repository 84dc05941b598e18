#include "train/work_plan.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.hpp"

namespace plumb::train {
namespace {

TEST(work_plan, gives_every_slice_to_exactly_one_worker) {
  for (std::size_t slices = 1; slices <= 33; ++slices) {
    for (std::size_t ranks = 1; ranks <= slices; ++ranks) {
      for (std::size_t threads = 1; ranks * threads <= slices; ++threads) {
        const WorkPlan plan(slices, ranks, threads);
        std::vector<int> owners(slices, 0);
        for (std::size_t rank = 0; rank < ranks; ++rank) {
          for (std::size_t thread = 0; thread < threads; ++thread) {
            const SliceRange range = plan.of_thread(rank, thread);
            for (std::size_t s = 0; s < range.count; ++s) ++owners[range.first + s];
            EXPECT_EQ(range.count > 0, thread < plan.busy_threads(rank));
          }
        }
        EXPECT_EQ(owners, std::vector<int>(slices, 1)) << slices << " " << ranks << " " << threads;
      }
    }
  }
}

TEST(work_plan, shares_evenly_when_powers_of_two_divide) {
  const WorkPlan plan(8, 2, 2);
  EXPECT_EQ(plan.idle_workers(), 0U);
  EXPECT_EQ(plan.slices_of_busiest(), 2U);
  EXPECT_EQ(plan.of_thread(1, 1).first, 6U);
}

TEST(work_plan, says_how_many_workers_would_idle) {
  // Three ranks and four slices: runs of two, so the third rank has none.
  EXPECT_EQ(WorkPlan(4, 3, 1).idle_workers(), 1U);
}

TEST(work_plan, refuses_more_workers_than_slices) {
  try {
    const WorkPlan plan(8, 4, 4);
    FAIL();
  } catch (const core::UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("at most 8 workers"), std::string::npos);
  }
}

TEST(work_plan, refuses_workers_whose_number_overflows) {
  constexpr std::size_t kQuarter = std::size_t{1} << 62;  // times 4 ranks: 0 in 64 bits
  EXPECT_THROW(WorkPlan(8, 4, kQuarter), core::UsageError);
  EXPECT_THROW(WorkPlan(8, 4, kQuarter + 1), core::UsageError);
}

// A sum whose result shows its grouping: every addition makes a new node.
std::string fold_text(std::size_t count) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back(std::to_string(i));
  tree_fold(0, count, [&](std::size_t into, std::size_t from) {
    items[into] = "(" + items[into] + "+" + items[from] + ")";
  });
  return items[0];
}

TEST(tree_fold, groups_as_the_aligned_binary_tree) {
  EXPECT_EQ(fold_text(1), "0");
  EXPECT_EQ(fold_text(4), "((0+1)+(2+3))");
  EXPECT_EQ(fold_text(6), "(((0+1)+(2+3))+(4+5))");
  EXPECT_EQ(fold_text(7), "(((0+1)+(2+3))+((4+5)+6))");
}

TEST(tree_fold, every_layout_groups_the_same_way) {
  for (std::size_t slices = 1; slices <= 20; ++slices) {
    for (std::size_t ranks = 1; ranks <= slices; ++ranks) {
      for (std::size_t threads = 1; ranks * threads <= slices; ++threads) {
        const WorkPlan plan(slices, ranks, threads);
        std::vector<std::string> items;
        for (std::size_t i = 0; i < slices; ++i) items.push_back(std::to_string(i));
        const auto add = [&](std::size_t into, std::size_t from) {
          items[into] = "(" + items[into] + "+" + items[from] + ")";
        };
        std::vector<std::size_t> rank_heads;
        for (std::size_t rank = 0; rank < ranks; ++rank) {
          std::vector<std::size_t> heads;
          for (std::size_t t = 0; t < plan.busy_threads(rank); ++t) {
            const SliceRange range = plan.of_thread(rank, t);
            tree_fold(range.first, range.count, add);
            heads.push_back(range.first);
          }
          tree_fold(0, heads.size(),
                    [&](std::size_t a, std::size_t b) { add(heads[a], heads[b]); });
          if (!heads.empty()) rank_heads.push_back(heads[0]);
        }
        tree_fold(0, rank_heads.size(),
                  [&](std::size_t a, std::size_t b) { add(rank_heads[a], rank_heads[b]); });
        EXPECT_EQ(items[0], fold_text(slices)) << slices << " " << ranks << " " << threads;
      }
    }
  }
}

}  // namespace
}  // namespace plumb::train
