#include "experiment/run_one.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plumb::experiment {
namespace {

/// Stages of a network, by the group of parameters that each uses.
std::vector<net::Stage> stages_of(const std::vector<std::size_t>& groups) {
  std::vector<net::Stage> stages;
  for (const std::size_t group : groups) stages.emplace_back().group = group;
  return stages;
}

struct Expected {
  std::int64_t bytes, first, last;
};

void expect_layers(const std::vector<history::BucketInfo>& found,
                   const std::vector<Expected>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t b = 0; b < wanted.size(); ++b) {
    EXPECT_EQ(found[b].bytes, wanted[b].bytes) << "bucket " << b;
    EXPECT_EQ(found[b].first_layer, wanted[b].first) << "bucket " << b;
    EXPECT_EQ(found[b].last_layer, wanted[b].last) << "bucket " << b;
  }
}

TEST(bucket_layers, are_groups_counted_from_one_where_each_layer_has_its_own) {
  const std::vector<train::BucketShape> buckets{{100, 3, 3}, {200, 1, 2}, {50, 0, 0}};
  expect_layers(layers_of_buckets(buckets, stages_of({0, 1, 2, 3})),
                {{100, 4, 4}, {200, 2, 3}, {50, 1, 1}});
}

TEST(bucket_layers, of_shared_parameters_are_all_time_steps) {
  const std::vector<net::Stage> stages = stages_of({0, 0, 0, 0, 0, 1});
  expect_layers(layers_of_buckets(std::vector<train::BucketShape>{{10, 1, 1}, {90, 0, 0}}, stages),
                {{10, 6, 6}, {90, 1, 5}});
  expect_layers(layers_of_buckets(std::vector<train::BucketShape>{{100, 0, 1}}, stages),
                {{100, 1, 6}});
}

TEST(bucket_layers, of_a_layer_cut_into_buckets_are_that_layer_each) {
  expect_layers(
      layers_of_buckets(std::vector<train::BucketShape>{{64, 0, 0}, {8, 0, 0}}, stages_of({0})),
      {{64, 1, 1}, {8, 1, 1}});
}

TEST(bucket_layers, are_none_without_buckets_and_an_error_without_stages) {
  EXPECT_TRUE(layers_of_buckets({}, stages_of({0, 1})).empty());
  EXPECT_THROW(layers_of_buckets(std::vector<train::BucketShape>{{8, 2, 2}}, stages_of({0, 1})),
               std::invalid_argument);
}

}  // namespace
}  // namespace plumb::experiment
