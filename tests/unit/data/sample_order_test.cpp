#include "data/sample_order.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "core/error.hpp"

namespace plumb::data {
namespace {

std::vector<std::uint64_t> epoch_order(const SampleOrder& order, std::uint64_t size,
                                       std::uint64_t epoch) {
  std::vector<std::uint64_t> indices;
  for (std::uint64_t p = 0; p < size; ++p) indices.push_back(order.index(epoch * size + p));
  return indices;
}

void expect_permutation(const std::vector<std::uint64_t>& indices) {
  std::vector<bool> seen(indices.size());
  for (const std::uint64_t i : indices) {
    ASSERT_LT(i, indices.size());
    ASSERT_FALSE(seen[i]) << "sample " << i << " twice among " << indices.size();
    seen[i] = true;
  }
}

TEST(sample_order, uses_every_sample_once_per_epoch_for_any_size) {
  std::vector<std::uint64_t> sizes = {255, 256, 257, 999, 1000, 4095, 4096, 4097, 60000};
  for (std::uint64_t size = 1; size <= 70; ++size) sizes.push_back(size);
  for (const std::uint64_t size : sizes) {
    const SampleOrder order(size, 3);
    for (const std::uint64_t epoch : {0, 1, 7}) expect_permutation(epoch_order(order, size, epoch));
  }
}

TEST(sample_order, takes_endless_data_as_it_comes) {
  const SampleOrder order(std::nullopt, 3);
  for (const std::uint64_t p : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    EXPECT_EQ(order.index(p), p);
  }
}

TEST(sample_order, differs_between_epochs_and_between_seeds) {
  const SampleOrder order(1000, 3);
  const SampleOrder other_seed(1000, 4);
  EXPECT_NE(epoch_order(order, 1000, 0), epoch_order(order, 1000, 1));
  EXPECT_NE(epoch_order(order, 1000, 0), epoch_order(other_seed, 1000, 0));
  EXPECT_EQ(epoch_order(order, 1000, 5), epoch_order(SampleOrder(1000, 3), 1000, 5));
}

TEST(sample_order, takes_all_six_orders_of_three_samples_equally_often) {
  constexpr int kEpochs = 6000;
  const SampleOrder order(3, 11);
  std::map<std::vector<std::uint64_t>, int> counts;
  for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) ++counts[epoch_order(order, 3, epoch)];
  EXPECT_EQ(counts.size(), 6U);
  // Binomial with p = 1/6: five standard deviations.
  const double tolerance = 5 * std::sqrt(kEpochs * (1.0 / 6) * (5.0 / 6));
  for (const auto& [permutation, count] : counts) EXPECT_NEAR(count, kEpochs / 6.0, tolerance);
}

TEST(sample_order, gives_every_sample_every_place_equally_often) {
  constexpr std::uint64_t kSize = 11;
  constexpr int kEpochs = 5000;
  const SampleOrder order(kSize, 2);
  std::vector<std::vector<int>> counts(kSize, std::vector<int>(kSize));
  for (std::uint64_t p = 0; p < kEpochs * kSize; ++p) ++counts[p % kSize][order.index(p)];
  // Binomial with p = 1/11: five standard deviations.
  const double tolerance = 5 * std::sqrt(kEpochs * (1.0 / 11) * (10.0 / 11));
  for (const auto& place : counts) {
    for (const int count : place) EXPECT_NEAR(count, kEpochs / 11.0, tolerance);
  }
}

TEST(sample_order, does_not_keep_neighbours_together) {
  constexpr std::uint64_t kSize = 10000;
  const SampleOrder order(kSize, 5);
  int kept = 0;
  for (std::uint64_t p = 0; p + 1 < kSize; ++p) {
    if (order.index(p + 1) == order.index(p) + 1) ++kept;
  }
  // A random order keeps a Poisson number with mean 1; more than 9 has probability 1e-7.
  EXPECT_LE(kept, 9);
}

TEST(sample_order, handles_sizes_up_to_64_bits) {
  for (const std::uint64_t size : {(std::uint64_t{1} << 40) + 1, (std::uint64_t{1} << 63) + 1,
                                   std::numeric_limits<std::uint64_t>::max()}) {
    const SampleOrder order(size, 1);
    std::set<std::uint64_t> seen;
    for (std::uint64_t p = 0; p < 1000; ++p) {
      const std::uint64_t i = order.index(p);
      EXPECT_LT(i, size);
      seen.insert(i);
    }
    EXPECT_EQ(seen.size(), 1000U);
  }
}

TEST(sample_order, refuses_an_empty_training_split) {
  EXPECT_THROW(SampleOrder(0, 1), core::UsageError);
}

}  // namespace
}  // namespace plumb::data
