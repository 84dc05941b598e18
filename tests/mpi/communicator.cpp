#include "comm/communicator.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "comm/session.hpp"
#include "world.hpp"

namespace plumb::comm {
namespace {

static_assert(!std::is_copy_constructible_v<Communicator>);
static_assert(!std::is_copy_assignable_v<Communicator>);

template <class T>
T number(std::size_t i, int root) {
  return static_cast<T>(i % 100) + static_cast<T>(root);
}

template <class T>
void expect_broadcast_from_every_root() {
  for (int root = 0; root < world().size(); ++root) {
    std::vector<T> values(1000, T{1});
    for (std::size_t i = 0; i < values.size() && world().rank() == root; ++i) {
      values[i] = number<T>(i, root);
    }
    world().broadcast(std::span<T>(values), root);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], number<T>(i, root)) << i;
  }
}

TEST(communicator, broadcasts_every_type_from_every_root) {
  expect_broadcast_from_every_root<float>();
  expect_broadcast_from_every_root<double>();
  expect_broadcast_from_every_root<std::uint8_t>();
  expect_broadcast_from_every_root<std::int64_t>();
  expect_broadcast_from_every_root<std::uint64_t>();
}

TEST(communicator, broadcasts_an_empty_span) {
  world().broadcast(std::span<double>{});
  world().max(std::span<double>{});
}

TEST(communicator, broadcasts_text_of_another_length_than_the_receivers) {
  const int root = world().size() - 1;
  std::string text = world().rank() == root ? std::string("a\0study", 7) : "something much longer";
  world().broadcast(text, root);
  EXPECT_EQ(text, std::string("a\0study", 7));
  text = world().rank() == 0 ? "" : "leftover";
  world().broadcast(text);
  EXPECT_EQ(text, "");
}

TEST(communicator, finds_the_largest_over_ranks) {
  const int rank = world().rank();
  std::vector<double> seconds = {-1.0 - rank, 0.5 * rank};
  world().max(std::span(seconds));
  EXPECT_EQ(seconds[0], -1.0);
  EXPECT_EQ(seconds[1], 0.5 * (world().size() - 1));

  const std::int64_t large = std::int64_t{1} << 60;  // beyond a double's 53 bits
  std::vector<std::int64_t> counts = {large + rank, -rank};
  world().max(std::span(counts));
  EXPECT_EQ(counts[0], large + world().size() - 1);
  EXPECT_EQ(counts[1], 0);
}

TEST(communicator, ors_the_bits_of_all_ranks) {
  std::vector<std::uint8_t> bytes(3, 0);
  bytes[0] = static_cast<std::uint8_t>(1U << (world().rank() % 8));
  bytes[2] = world().rank() == world().size() - 1 ? 0x80 : 0;
  world().bitwise_or(std::span(bytes));
  EXPECT_EQ(bytes[0], (1U << world().size()) - 1);
  EXPECT_EQ(bytes[1], 0);
  EXPECT_EQ(bytes[2], 0x80);
}

TEST(communicator, sums_integers_exactly) {
  const std::int64_t odd = (std::int64_t{1} << 59) + 1;
  std::vector<std::int64_t> values = {odd, world().rank()};
  world().sum(std::span(values));
  EXPECT_EQ(values[0], odd * world().size());
  EXPECT_EQ(values[1], world().size() * (world().size() - 1) / 2);
}

TEST(communicator, sums_small_whole_floats_exactly_with_mpi) {
  std::vector<float> values(1000);
  std::iota(values.begin(), values.end(), static_cast<float>(world().rank()));
  world().mpi_sum(std::span(values));
  const int ranks = world().size();
  const int sum_of_ranks = ranks * (ranks - 1) / 2;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(values[static_cast<std::size_t>(i)], static_cast<float>(ranks * i + sum_of_ranks));
  }
}

TEST(communicator, sums_begun_with_mpi_end_while_they_are_asked_for) {
  const std::vector<float> values(100000, 1.0F);
  std::vector<float> sums(values.size(), -1.0F);
  auto pending = world().start_mpi_sum(std::span<const float>(values), std::span(sums));
  while (!pending.test()) {
  }
  for (const float sum : sums) ASSERT_EQ(sum, static_cast<float>(world().size()));
  EXPECT_TRUE(pending.test());
  pending.wait();  // nothing is left to wait for
}

TEST(communicator, sums_begun_with_mpi_are_waited_for_at_the_latest_by_their_destructor) {
  const std::vector<double> values(5000, 2.0);
  std::vector<double> first(values.size());
  std::vector<double> second(values.size());
  {
    auto pending = world().start_mpi_sum(std::span<const double>(values), std::span(first));
    const PendingSum moved = std::move(pending);
    auto other = world().start_mpi_sum(std::span<const double>(values), std::span(second));
    other.wait();
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(first[i], 2.0 * world().size());
    ASSERT_EQ(second[i], 2.0 * world().size());
  }
}

TEST(communicator, refuses_to_begin_a_sum_into_another_number_of_values) {
  const std::vector<float> values(3);
  std::vector<float> sums(2);
  EXPECT_THROW(static_cast<void>(world().start_mpi_sum(std::span(values), std::span(sums))),
               std::invalid_argument);
}

TEST(communicator, gathers_texts_of_different_lengths_on_rank_zero) {
  const auto text_of = [](int rank) {  // with a zero byte inside, and one empty
    if (rank == 1) return std::string();
    return std::string(static_cast<std::size_t>(rank) * 10000, 'x') + '\0' + std::to_string(rank);
  };
  const std::vector<std::string> texts = world().gather(text_of(world().rank()));
  if (world().rank() != 0) {
    EXPECT_TRUE(texts.empty());
    return;
  }
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(world().size()));
  for (int rank = 0; rank < world().size(); ++rank) {
    EXPECT_EQ(texts[static_cast<std::size_t>(rank)], text_of(rank)) << rank;
  }
}

TEST(communicator, leaves_nothing_behind_when_moved_from) {
  Communicator first = Communicator::world();
  const auto* const handle = first.handle();
  ASSERT_NE(handle, nullptr);
  Communicator second(std::move(first));
  EXPECT_EQ(first.handle(), nullptr);  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_EQ(second.handle(), handle);
  EXPECT_EQ(second.rank(), world().rank());
  EXPECT_EQ(second.size(), world().size());
  EXPECT_EQ(second.ranks_on_node(), world().ranks_on_node());
  EXPECT_EQ(second.name_of(0), world().name_of(0));

  Communicator third = Communicator::world();
  third = std::move(second);
  EXPECT_EQ(second.handle(), nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(third.handle(), handle);
  third.barrier();
}

TEST(communicator, survives_a_move_onto_itself) {
  Communicator communicator = Communicator::world();
  Communicator& same = communicator;
  communicator = std::move(same);
  ASSERT_NE(communicator.handle(), nullptr);
  communicator.barrier();
}

TEST(communicator, names_the_call_that_fails) {
  // Each rank calls with a root that does not exist, which MPI rejects before any message.
  double value = 0;
  try {
    world().broadcast(std::span(&value, 1), world().size());
    FAIL() << "no error for a root beyond the ranks";
  } catch (const std::exception& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("MPI_Bcast failed on rank " + std::to_string(world().world_rank())),
              std::string::npos)
        << text;
    const bool says_why = text.find("MPI_ERR_ROOT") != std::string::npos ||  // Open MPI
                          text.find("Invalid root") != std::string::npos;    // MPICH
    EXPECT_TRUE(says_why) << text;
  }
}

TEST(mpi_library_version, names_the_library_and_the_standard) {
  const std::string text = mpi_library_version();
  EXPECT_NE(text.find("MPI"), std::string::npos) << text;
  const bool names_the_standard =
      text.find("(MPI 3.") != std::string::npos || text.find("(MPI 4.") != std::string::npos;
  EXPECT_TRUE(names_the_standard) << text;
  EXPECT_EQ(text.find_first_of(std::string_view("\0\n\t", 3)), std::string::npos);
}

}  // namespace
}  // namespace plumb::comm
