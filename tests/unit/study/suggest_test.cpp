#include <gtest/gtest.h>

#include "study/suggest.hpp"

namespace plumb::study {
namespace {

TEST(edit_distance, counts_insertions_deletions_substitutions_and_swaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("depth", "depth"), 0U);
  EXPECT_EQ(edit_distance("dept", "depth"), 1U);
  EXPECT_EQ(edit_distance("ddepth", "depth"), 1U);
  EXPECT_EQ(edit_distance("repth", "depth"), 1U);
  EXPECT_EQ(edit_distance("dpeth", "depth"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(nearest, finds_the_word_that_was_meant) {
  const std::vector<std::string> known{"tanh", "relu", "leaky_relu", "learning_rate", "batch"};
  EXPECT_EQ(nearest("tahn", known), "tanh");
  EXPECT_EQ(nearest("leakyrelu", known), "leaky_relu");
  EXPECT_EQ(nearest("learning-rate", known), "learning_rate");
  EXPECT_EQ(nearest("batch_size", known), "batch");
}

TEST(nearest, stays_silent_when_nothing_is_near) {
  const std::vector<std::string> known{"tanh", "relu", "every"};
  EXPECT_EQ(nearest("gelu_new", known), "");
  EXPECT_EQ(nearest("histogram_every", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
  EXPECT_EQ(nearest("tanh", {}), "");
}

}  // namespace
}  // namespace plumb::study
