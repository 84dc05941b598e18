#include "train/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace plumb::train {
namespace {

std::vector<int> calls_of(std::size_t threads) {
  std::vector<std::atomic<int>> counts(threads);
  run_on_threads(threads, [&](std::size_t thread) { ++counts[thread]; });
  return {counts.begin(), counts.end()};
}

TEST(run_on_threads, calls_each_thread_once) { EXPECT_EQ(calls_of(3), std::vector<int>(3, 1)); }

TEST(run_on_threads, leaves_nothing_out_when_openmp_grants_fewer_threads) {
  const int levels = omp_get_max_active_levels();
  omp_set_max_active_levels(0);  // as with OMP_THREAD_LIMIT=1: one thread, whatever is asked for
  const std::vector<int> calls = calls_of(5);
  omp_set_max_active_levels(levels);
  EXPECT_EQ(calls, std::vector<int>(5, 1));
}

TEST(run_on_threads, hands_an_exception_to_the_caller) {
  const auto throwing = [](std::size_t thread) {
    if (thread == 1) throw std::runtime_error("of thread 1");
  };
  EXPECT_THROW(run_on_threads(2, throwing), std::runtime_error);
}

}  // namespace
}  // namespace plumb::train
