// Several sums under way at once, polled at odd moments; both ways of summing; narrow wire formats;
// waits without any news.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "comm/allreduce/tree_allreduce.hpp"
#include "train/settings.hpp"
#include "tree_numbers.hpp"

namespace plumb::comm {
namespace {

constexpr std::size_t kNothing = 0;
constexpr std::size_t kEverything = std::size_t{1} << 40;

/// Lengths of a step's buckets: empty, tiny, around the crossover and the size of a chunk, long.
const std::vector<std::size_t> kBuckets = {70000, 1, 0, 8192, 8193,   300001, 65536,
                                           65537, 3, 5, 7,    131073, 16,     2};

template <class Number>
std::vector<std::vector<float>> all_buckets(const Number& number_of) {
  std::vector<std::vector<float>> buckets;
  buckets.reserve(kBuckets.size());
  for (std::size_t b = 0; b < kBuckets.size(); ++b) {
    buckets.push_back(own_numbers<float>(
        kBuckets[b], [&](std::size_t leaf, std::size_t i) { return number_of(leaf, i + b); }));
  }
  return buckets;
}

void expect_sums(const std::vector<std::vector<float>>& buckets) {
  for (std::size_t b = 0; b < kBuckets.size(); ++b) {
    const auto plain = plain_sum<float>(kBuckets[b], ranks(), [&](std::size_t leaf, std::size_t i) {
      return awkward_number<float>(leaf, i + b);
    });
    EXPECT_EQ(differing_bits(buckets[b], plain), 0U) << "bucket " << b;
  }
}

/// A different, but fixed, number of polls on each rank and at each moment.
void poll_some(TreeAllreduce<float>& allreduce, std::size_t moment) {
  const std::uint64_t polls = hash(rank(), moment) % 5;
  for (std::uint64_t i = 0; i < polls; ++i) allreduce.progress();
}

TEST(sums_under_way, have_the_bits_of_sums_one_after_the_other) {
  for (const std::size_t exchange : {kNothing, kExchangeBytes, kEverything}) {
    TreeAllreduce<float> allreduce(world(), {.exchange_bytes = exchange});
    auto buckets = all_buckets(awkward_number<float>);
    for (std::size_t b = 0; b < buckets.size(); ++b) {
      allreduce.start(buckets[b]);
      poll_some(allreduce, b);
    }
    allreduce.wait_all();
    EXPECT_TRUE(allreduce.idle());
    expect_sums(buckets);
  }
}

TEST(sums_under_way, are_done_in_any_order_of_waiting) {
  TreeAllreduce<float> allreduce(world());
  auto buckets = all_buckets(awkward_number<float>);
  std::vector<TreeAllreduce<float>::Ticket> tickets;
  tickets.reserve(buckets.size());
  for (auto& bucket : buckets) tickets.push_back(allreduce.start(bucket));
  std::size_t meanwhile = 0;
  for (std::size_t b = tickets.size(); b-- > 0;) {
    allreduce.wait(tickets[(b * 5 + rank()) % tickets.size()], [&] {
      ++meanwhile;
      return false;
    });
    EXPECT_TRUE(allreduce.done(tickets[(b * 5 + rank()) % tickets.size()]));
  }
  allreduce.wait_all();
  EXPECT_EQ(meanwhile > 0, ranks() > 1);
  expect_sums(buckets);
}

TEST(sums_under_way, of_two_engines_do_not_mix) {
  TreeAllreduce<float> gradients(world());
  TreeAllreduce<double> rows(world(), {.channel = 1});
  auto buckets = all_buckets(awkward_number<float>);
  std::vector<double> row = own_numbers<double>(501, number<double>);
  for (auto& bucket : buckets) gradients.start(bucket);
  // One rank has started its row early, the other one late: the order counts per engine.
  if (rank() % 2 == 0) gradients.wait_all();
  const auto ticket = rows.start(row);
  rows.wait(ticket, [&] { return gradients.progress(); });
  gradients.wait_all();
  expect_sums(buckets);
  EXPECT_EQ(differing_bits(row, plain_sum<double>(501, ranks(), number<double>)), 0U);
}

TEST(sums_under_way, are_waited_for_when_the_engine_ends) {
  auto buckets = all_buckets(awkward_number<float>);
  {
    TreeAllreduce<float> allreduce(world());
    for (auto& bucket : buckets) allreduce.start(bucket);
  }
  expect_sums(buckets);
}

class narrow_wire : public testing::TestWithParam<math::NumberFormat> {};

TEST_P(narrow_wire, gives_the_definition_whatever_the_way_of_summing) {
  for (const std::size_t exchange : {kNothing, kExchangeBytes, kEverything}) {
    TreeAllreduce<float> allreduce(
        world(), {.wire = train::wire_codec(GetParam()), .exchange_bytes = exchange});
    for (const std::size_t length : {1U, 4096U, 70001U, 300001U}) {
      auto values = own_numbers<float>(length, number<float>);
      allreduce.sum(values);
      const auto plain = narrow_sum(GetParam(), length, ranks(), number<float>);
      EXPECT_EQ(differing_bits(values, plain), 0U) << length << " numbers, exchange " << exchange;
    }
  }
}

TEST_P(narrow_wire, gives_every_rank_the_same_bits_even_for_awkward_numbers) {
  TreeAllreduce<float> allreduce(world(), {.wire = train::wire_codec(GetParam())});
  for (const std::size_t length : {1000U, 100003U}) {
    auto values = own_numbers<float>(length, awkward_number<float>);
    allreduce.sum(values);
    std::vector<float> of_rank_zero = values;
    world().broadcast(std::span<float>(of_rank_zero));
    EXPECT_EQ(differing_bits(values, of_rank_zero), 0U);
  }
}

// With h levels each leaf is rounded once, each of h - 1 inner nodes and the root once: h + 1
// roundings of relative size 2^-9 (bfloat16; half of its spacing of 2^-8 below the leading bit), of
// sums that are at most sum|x| (1 + 2^-9)^h. The float additions are far below that.
TEST(narrow_wire, of_bfloat16_errs_within_its_rounding) {
  TreeAllreduce<float> allreduce(world(),
                                 {.wire = train::wire_codec(math::NumberFormat::BFloat16)});
  auto values = own_numbers<float>(5000, number<float>);
  allreduce.sum(values);
  const auto levels = static_cast<double>(std::bit_width(ranks() - 1));
  const double relative = std::pow(1 + 0x1p-8, levels + 1) - 1;
  bool rounded_somewhere = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double exact = 0;
    double magnitude = 0;
    for (std::size_t k = 0; k < ranks(); ++k) {
      exact += double{number<float>(k, i)};
      magnitude += std::abs(double{number<float>(k, i)});
    }
    ASSERT_LE(std::abs(values[i] - exact), relative * magnitude) << i;
    rounded_somewhere = rounded_somewhere || std::abs(values[i] - exact) > 1e-4 * magnitude;
  }
  EXPECT_EQ(rounded_somewhere, ranks() > 1);
}

TEST(narrow_wire, leaves_doubles_alone) {
  TreeAllreduce<double> allreduce(world(),
                                  {.wire = train::wire_codec(math::NumberFormat::BFloat16)});
  auto values = own_numbers<double>(3000, number<double>);
  allreduce.sum(values);
  EXPECT_EQ(differing_bits(values, plain_sum<double>(3000, ranks(), number<double>)), 0U);
}

INSTANTIATE_TEST_SUITE_P(formats, narrow_wire,
                         testing::Values(math::NumberFormat::BFloat16,
                                         math::NumberFormat::Float16));

TEST(a_wait_without_news, is_told_with_the_ranks_and_sums_waited_for) {
  std::vector<LongWait> waits;
  TreeAllreduce<float> allreduce(world(),
                                 {.report_wait_seconds = 0.05,
                                  .on_long_wait = [&](const LongWait& s) { waits.push_back(s); }});
  std::vector<float> values(100000, 1.0F);
  world().barrier();
  const int late = world().size() - 1;
  if (world().rank() == late) std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  allreduce.sum(values);
  EXPECT_EQ(values[7], static_cast<float>(ranks()));
  // Its partner at distance 1, where it has one, waits for nobody else.
  if (world().size() % 2 == 0 && world().rank() == late - 1) {
    ASSERT_FALSE(waits.empty());
    EXPECT_GE(waits[0].seconds, 0.05);
    ASSERT_EQ(waits[0].sums.size(), 1U);
    EXPECT_EQ(waits[0].sums[0].ticket, 0U);
    EXPECT_EQ(waits[0].sums[0].ranks, std::vector<int>{late});
  }
  // The others wait for somebody who waits, but never for themselves.
  for (const LongWait& wait : waits) {
    for (const LongWait::Sum& sum : wait.sums) {
      EXPECT_FALSE(sum.ranks.empty());
      EXPECT_EQ(std::count(sum.ranks.begin(), sum.ranks.end(), world().rank()), 0);
    }
  }
}

TEST(a_wait_without_news, is_none_while_something_else_moves) {
  std::size_t waits = 0;
  TreeAllreduce<float> allreduce(
      world(), {.report_wait_seconds = 0.05, .on_long_wait = [&](const LongWait&) { ++waits; }});
  std::vector<float> values(100, 1.0F);
  world().barrier();
  if (world().rank() + 1 == world().size()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  allreduce.wait(allreduce.start(values), [] { return true; });
  EXPECT_EQ(waits, 0U);
}

}  // namespace
}  // namespace plumb::comm
