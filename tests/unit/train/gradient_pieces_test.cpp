#include "train/gradient_store.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plumb::train {
namespace {

TEST(update_chunks, cover_every_parameter_once_and_no_gap) {
  const net::ParameterLayout layout({{3, 5}, {300, 200}, {200, 7}});
  std::vector<int> seen(layout.block_size(), 0);
  std::size_t parameters = 0;
  for (const Chunk& chunk : cut_into_chunks(layout)) {
    for (std::size_t i = 0; i < chunk.count; ++i) ++seen[chunk.offset + i];
    parameters += chunk.count;
  }
  EXPECT_EQ(parameters, layout.parameters());
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    for (const net::Tensor& tensor : layout.tensors(l)) {
      for (std::size_t i = 0; i < tensor.count(); ++i) EXPECT_EQ(seen[tensor.offset + i], 1);
    }
  }
}

TEST(update_chunks, keep_weights_and_biases_apart) {
  const net::ParameterLayout layout({{4, 4}});
  const auto chunks = cut_into_chunks(layout);
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].role, net::TensorRole::Weight);
  EXPECT_EQ(chunks[1].role, net::TensorRole::Bias);
}

/// Hidden layers of 64 x 64 weights and 64 biases on 64 inputs; the output layer is smaller.
net::ParameterLayout layout(std::size_t hidden) {
  std::vector<net::LayerShape> shapes(hidden, {64, 64});
  shapes.push_back({64, 10});
  return net::ParameterLayout(shapes);
}

constexpr std::size_t kGroup = 64 * 64 + 64;

void expect_partition(const net::ParameterLayout& whole, const std::vector<Bucket>& buckets,
                      std::size_t longest) {
  std::size_t end = whole.block_size();
  for (const Bucket& bucket : buckets) {
    EXPECT_EQ(bucket.offset + bucket.count, end) << "without gaps, from the end";
    EXPECT_GT(bucket.count, 0U);
    EXPECT_LE(bucket.count, longest);
    EXPECT_LE(bucket.first_group, bucket.last_group);
    EXPECT_GE(bucket.offset, whole.group_offset(bucket.first_group));
    end = bucket.offset;
  }
  EXPECT_EQ(end, 0U);
}

TEST(bucket_plan, covers_the_block_from_its_end_for_every_length) {
  const net::ParameterLayout whole = layout(5);
  for (const std::size_t longest :
       {std::size_t{1}, std::size_t{256}, kGroup - 1, kGroup, 3 * kGroup, std::size_t{1} << 24}) {
    expect_partition(whole, cut_into_buckets(whole, longest), longest);
  }
}

TEST(bucket_plan, puts_whole_groups_into_a_bucket_as_long_as_they_fit) {
  const auto buckets = cut_into_buckets(layout(5), 2 * kGroup);
  ASSERT_EQ(buckets.size(), 3U);  // output and hidden 5; 4 and 3; 2 and 1
  EXPECT_EQ(buckets[0].first_group, 4U);
  EXPECT_EQ(buckets[0].last_group, 5U);
  EXPECT_EQ(buckets[1].first_group, 2U);
  EXPECT_EQ(buckets[2].first_group, 0U);
  EXPECT_EQ(buckets[2].count, 2 * kGroup);
}

TEST(bucket_plan, cuts_groups_that_are_too_long) {
  const auto buckets = cut_into_buckets(layout(1), 1024);
  // The output layer; then 64 * 64 + 64 of the hidden one, five times 832.
  ASSERT_EQ(buckets.size(), 6U);
  EXPECT_EQ(buckets[0].first_group, 1U);
  for (std::size_t b = 1; b < 6; ++b) {
    EXPECT_EQ(buckets[b].first_group, 0U);
    EXPECT_EQ(buckets[b].last_group, 0U);
    EXPECT_EQ(buckets[b].count, 832U);
  }
}

TEST(bucket_plan, cuts_the_extra_block_behind_the_parameters) {
  const auto buckets = cut_extra(100, 25, 3, 10);
  ASSERT_EQ(buckets.size(), 3U);
  EXPECT_EQ(buckets[0].offset, 115U);
  EXPECT_EQ(buckets[2].offset, 100U);
  EXPECT_EQ(buckets[2].count, 5U);
  EXPECT_TRUE(cut_extra(100, 0, 3, 10).empty());
}

}  // namespace
}  // namespace plumb::train
