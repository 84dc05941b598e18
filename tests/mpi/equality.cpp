// Ranks that differ on purpose. All of them must find out, and be able to go on talking.
#include "comm/agreement.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "world.hpp"

namespace plumb::comm {
namespace {

using core::AgreedError;

/// The error that this rank gets when each rank comes with value_of(rank); nullopt when none.
std::optional<AgreedError> compare(const std::function<std::string(int)>& value_of,
                                   core::ExitCode code = core::ExitCode::Usage) {
  try {
    require_equal(world(), {"program", value_of(world().rank()), "the same one", code});
    return std::nullopt;
  } catch (const AgreedError& error) {
    return error;
  }
}

/// Ranks that got an error, and ranks that are to print one.
struct Count {
  std::int64_t failed = 0;
  std::int64_t reporting = 0;
};

Count count(const std::optional<AgreedError>& error) {
  std::vector<std::int64_t> counts = {error ? 1 : 0, error && error->reports() ? 1 : 0};
  world().sum(std::span(counts));
  return {counts[0], counts[1]};
}

TEST(equality, lets_ranks_pass_that_agree) {
  for (const std::string& value : {std::string(), std::string("1.0"), std::string(70'000, 'x')}) {
    EXPECT_FALSE(compare([&](int) { return value; }));
  }
}

TEST(equality, stops_all_ranks_when_the_last_one_differs_and_that_one_speaks) {
  const int last = world().size() - 1;
  const auto error = compare([&](int rank) { return rank == last ? "2.0 (b)" : "1.0 (a)"; });
  EXPECT_EQ(count(error).failed, world().size());
  EXPECT_EQ(count(error).reporting, 1);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), core::ExitCode::Usage);
  if (world().rank() != last) return;
  EXPECT_TRUE(error->reports());
  EXPECT_EQ(error->what(), world().name_of(last) +
                               ": program 2.0 (b) differs from rank 0's 1.0 (a); allowed: the same "
                               "one");
}

TEST(equality, names_the_lowest_of_several_that_differ) {
  const auto error = compare([](int rank) { return std::to_string(rank); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->reports(), world().rank() == 1);
}

TEST(equality, sees_values_of_other_lengths_and_zero_bytes) {
  const std::string whole("a\0b", 3);
  for (const std::string& other : {std::string(), std::string("a"), std::string("a\0c", 3)}) {
    EXPECT_TRUE(compare([&](int rank) { return rank == 0 ? whole : other; }));
    EXPECT_TRUE(compare([&](int rank) { return rank == 0 ? other : whole; }));
  }
}

TEST(equality, gives_the_exit_code_it_is_asked_for) {
  const auto error =
      compare([](int rank) { return rank == 0 ? "a" : "b"; }, core::ExitCode::InputOutput);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), core::ExitCode::InputOutput);
}

TEST(equality, leaves_the_ranks_able_to_talk) {
  (void)compare([](int rank) { return std::to_string(rank); });
  std::vector<std::int64_t> one = {1};
  world().sum(std::span(one));
  EXPECT_EQ(one[0], world().size());
}

}  // namespace
}  // namespace plumb::comm
