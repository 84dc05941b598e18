// TreeAllreduce against its definition: the aligned binary tree over ranks, evaluated locally from
// everybody's numbers, which any rank can compute.
#include "comm/allreduce/tree_allreduce.hpp"

#include <gtest/gtest.h>

#include "tree_numbers.hpp"

namespace plumb::comm {
namespace {

constexpr std::size_t kLengths[] = {0, 1, 2, 3, 7, 1000, 4096, 100003, std::size_t{1} << 20};

template <class T>
class tree_allreduce : public testing::Test {};
using Numbers = testing::Types<float, double>;
TYPED_TEST_SUITE(tree_allreduce, Numbers);

TYPED_TEST(tree_allreduce, holds_the_bits_of_the_plain_tree_at_every_length) {
  using T = TypeParam;
  TreeAllreduce<T> allreduce(world());  // one for all lengths: its buffer grows
  for (const std::size_t length : kLengths) {
    std::vector<T> values(length);
    for (std::size_t i = 0; i < length; ++i) values[i] = awkward_number<T>(rank(), i);
    allreduce.sum(std::span<T>(values));
    const auto plain = plain_sum<T>(length, ranks(), awkward_number<T>);
    EXPECT_EQ(differing_bits(values, plain), 0U) << "length " << length;
  }
}

TYPED_TEST(tree_allreduce, uses_numbers_whose_sum_depends_on_the_grouping) {
  using T = TypeParam;
  if (ranks() < 4) return;  // two or three leaves in order have only one tree
  const auto plain = plain_sum<T>(1000, ranks(), number<T>);
  std::vector<T> in_order(1000);
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    for (std::size_t k = 0; k < ranks(); ++k) in_order[i] += number<T>(k, i);
  }
  EXPECT_GT(differing_bits(plain, in_order), 100U);
}

TYPED_TEST(tree_allreduce, gives_the_same_bits_however_the_leaves_are_grouped) {
  using T = TypeParam;
  // Eight slices where the rank count divides eight; four per rank otherwise.
  const std::size_t leaves = 8 % ranks() == 0 ? 8 : 4 * ranks();
  const std::size_t share = leaves / ranks();
  for (const std::size_t length : {std::size_t{1000}, std::size_t{100003}}) {
    const auto own_leaf = [](std::size_t k, std::size_t i) {
      return number<T>(rank() * (8 % ranks() == 0 ? 8 / ranks() : 4) + k, i);
    };
    std::vector<T> values = plain_sum<T>(length, share, own_leaf);
    TreeAllreduce<T>(world()).sum(std::span<T>(values));
    EXPECT_EQ(differing_bits(values, plain_sum<T>(length, leaves, number<T>)), 0U) << length;
  }
}

TYPED_TEST(tree_allreduce, gives_every_rank_the_same_bits_even_for_not_a_number) {
  using T = TypeParam;
  for (const std::size_t length : {std::size_t{37}, std::size_t{100003}}) {
    const auto quiet = std::bit_cast<Bits<T>>(std::numeric_limits<T>::quiet_NaN());
    // A different payload on each rank.
    std::vector<T> values(length, std::bit_cast<T>(static_cast<Bits<T>>(quiet | (rank() + 1))));
    TreeAllreduce<T>(world()).sum(std::span<T>(values));
    std::vector<T> of_rank_zero = values;
    world().broadcast(std::span<T>(of_rank_zero));
    EXPECT_EQ(differing_bits(values, of_rank_zero), 0U);
    for (const T value : values) ASSERT_TRUE(std::isnan(value));
  }
}

TYPED_TEST(tree_allreduce, is_close_to_the_sum_of_the_mpi_library) {
  using T = TypeParam;
  const std::size_t length = 100003;
  std::vector<T> tree(length);
  for (std::size_t i = 0; i < length; ++i) tree[i] = number<T>(rank(), i);
  std::vector<T> mpi = tree;
  TreeAllreduce<T>(world()).sum(std::span<T>(tree));
  world().mpi_sum(std::span<T>(mpi));
  for (std::size_t i = 0; i < length; ++i) {
    // Any order of P-1 additions errs by at most (P-1) u sum|x| to first order (Higham 2002,
    // section 4.2), u = eps/2; two such sums differ by at most twice that. One more for the
    // second order.
    double magnitude = 0;
    for (std::size_t k = 0; k < ranks(); ++k) magnitude += std::abs(double{number<T>(k, i)});
    const double bound =
        static_cast<double>(ranks()) * double{std::numeric_limits<T>::epsilon()} * magnitude;
    ASSERT_LE(std::abs(double{tree[i]} - double{mpi[i]}), bound) << i;
  }
}

TYPED_TEST(tree_allreduce, can_be_repeated_without_a_trace_of_the_last_sum) {
  using T = TypeParam;
  TreeAllreduce<T> allreduce(world());
  for (const std::size_t length : {std::size_t{300001}, std::size_t{5}, std::size_t{70000}}) {
    std::vector<T> values(length, T{1});
    allreduce.sum(std::span<T>(values));
    EXPECT_EQ(values, std::vector<T>(length, static_cast<T>(ranks()))) << length;
  }
}

}  // namespace
}  // namespace plumb::comm
