#include "cli/machine.hpp"

#include <gtest/gtest.h>

#include "cli/warnings.hpp"

namespace plumb::cli {
namespace {

TEST(processors, are_written_as_ranges) {
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(to_text({3}), "3");
  EXPECT_EQ(to_text({0, 1, 2, 3, 8}), "0-3,8");
  EXPECT_EQ(to_text({0, 2, 4, 5}), "0,2,4-5");
}

TEST(processors, of_this_process_are_some_of_the_machines) {
  const Processors mine = processors();
  EXPECT_GE(mine.allowed.size(), 1U);
  EXPECT_GE(mine.online, 1U);
}

TEST(default_threads, are_the_processors_of_a_rank_that_is_bound) {
  EXPECT_EQ(default_threads({{4, 5, 6}, 16}, 2, 100), 3U);
}

TEST(default_threads, are_a_share_of_the_machine_for_a_rank_that_is_not_bound) {
  const Processors all{{0, 1, 2, 3, 4, 5, 6, 7}, 8};
  EXPECT_EQ(default_threads(all, 1, 100), 8U);
  EXPECT_EQ(default_threads(all, 3, 100), 2U);
  EXPECT_EQ(default_threads(all, 16, 100), 1U);
}

TEST(default_threads, are_never_more_than_the_slices_and_never_none) {
  const Processors all{{0, 1, 2, 3}, 4};
  EXPECT_EQ(default_threads(all, 1, 3), 3U);
  EXPECT_EQ(default_threads(all, 1, 0), 1U);
}

TEST(binding_warning, is_given_for_more_threads_than_processors) {
  const std::size_t mine = processors().allowed.size();
  EXPECT_NE(binding_warning(mine + 1, 1).find("threads share"), std::string::npos);
}

}  // namespace
}  // namespace plumb::cli
