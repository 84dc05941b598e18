#include "core/random.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <thread>
#include <vector>

namespace plumb::core {
namespace {

constexpr std::uint64_t kSeed = 0x299f31d0a4093822;

std::vector<std::uint32_t> first_numbers(RandomStream stream, std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  for (auto& number : numbers) number = stream.next_u32();
  return numbers;
}

// Random123's published vectors for philox4x32-10 (kat_vectors in its distribution).
TEST(philox, gives_the_published_numbers) {
  struct Known {
    r123::Philox4x32::ctr_type counter;
    r123::Philox4x32::key_type key;
    r123::Philox4x32::ctr_type result;
  };
  const Known vectors[] = {
      {{{0, 0, 0, 0}}, {{0, 0}}, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
      {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
       {{0xffffffff, 0xffffffff}},
       {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
      {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
       {{0xa4093822, 0x299f31d0}},
       {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}}};
  for (const Known& known : vectors) {
    EXPECT_EQ(r123::Philox4x32()(known.counter, known.key), known.result);
  }
}

TEST(random_stream, starts_with_the_published_numbers_for_counter_and_key_zero) {
  EXPECT_EQ(first_numbers(RandomStream(0, static_cast<Purpose>(0), 0), 4),
            (std::vector<std::uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

// Written out again, because every published result depends on it: key = (low, high) words of the
// seed, counter = (block, purpose, low, high word of the index).
TEST(random_stream, is_philox_of_seed_purpose_index_and_block) {
  const auto numbers =
      first_numbers(RandomStream(kSeed, Purpose::TrainSample, 0x0370734413198a2e), 12);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected =
        r123::Philox4x32()({{block, 3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}});
    const std::size_t first = std::size_t{4} * block;
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(numbers[first + i], expected[i]);
  }
}

TEST(random_stream, gives_the_same_numbers_to_whoever_asks) {
  const auto draw = [] { return first_numbers(RandomStream(5, Purpose::Weights, 77), 1000); };
  const auto here = draw();
  std::vector<std::uint32_t> there;
  std::thread([&] { there = draw(); }).join();
  EXPECT_EQ(there, here);
}

TEST(random_stream, differs_by_seed_purpose_and_index) {
  std::set<std::vector<std::uint32_t>> streams;
  for (const std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32}) {
    for (const Purpose purpose : {Purpose::Weights, Purpose::SampleOrder}) {
      for (const std::uint64_t index : {0ULL, 1ULL, 1ULL << 32}) {
        streams.insert(first_numbers(RandomStream(seed, purpose, index), 4));
      }
    }
  }
  EXPECT_EQ(streams.size(), 18U);
}

TEST(random_stream, next_u64_joins_two_numbers_low_word_first) {
  const auto words = first_numbers(RandomStream(9, Purpose::Weights, 1), 2);
  RandomStream stream(9, Purpose::Weights, 1);
  EXPECT_EQ(stream.next_u64(), words[0] | (static_cast<std::uint64_t>(words[1]) << 32));
}

constexpr int kDraws = 1000000;

// With n draws the mean of a variable of standard deviation s scatters by s / sqrt(n); every
// bound below is five of these, and the seed is fixed.
TEST(random_stream, uniform_numbers_have_the_moments_of_the_unit_interval) {
  RandomStream stream(1, Purpose::TrainSample, 0);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  const double root = std::sqrt(static_cast<double>(kDraws));
  EXPECT_NEAR(sum / kDraws, 0.5, 5 * std::sqrt(1.0 / 12) / root);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 5 * std::sqrt(1.0 / 5 - 1.0 / 9) / root);
}

TEST(random_stream, uniform_numbers_keep_to_their_interval) {
  RandomStream stream(2, Purpose::TrainSample, 0);
  for (int i = 0; i < 10000; ++i) {
    const double x = stream.uniform(-3, -2);
    ASSERT_GE(x, -3);
    ASSERT_LT(x, -2);
  }
}

// Moments 1 to 4 of a standard normal are 0, 1, 0, 3; the variance of x^k is E x^2k - (E x^k)^2 =
// 1, 2, 15, 96.
TEST(random_stream, normal_numbers_have_the_moments_of_the_standard_normal) {
  RandomStream stream(3, Purpose::Weights, 0);
  double moments[4] = {};
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    double power = 1;
    for (double& moment : moments) moment += power *= x;
  }
  const double root = std::sqrt(static_cast<double>(kDraws));
  const double expected[4] = {0, 1, 0, 3};
  const double variances[4] = {1, 2, 15, 96};
  for (int k = 0; k < 4; ++k) {
    EXPECT_NEAR(moments[k] / kDraws, expected[k], 5 * std::sqrt(variances[k]) / root) << k + 1;
  }
}

// Box and Muller give pairs; the two of a pair, and neighbours of two pairs, must not correlate.
TEST(random_stream, neighbouring_normal_numbers_are_uncorrelated) {
  RandomStream stream(4, Purpose::Weights, 0);
  double products = 0;
  double before = stream.normal();
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    products += before * x;
    before = x;
  }
  EXPECT_NEAR(products / kDraws, 0, 5 / std::sqrt(static_cast<double>(kDraws)));
}

// The share of normals in [-1, 1] is erf(1 / sqrt 2) = .6827.
TEST(random_stream, a_third_of_the_normal_numbers_lies_outside_one) {
  RandomStream stream(5, Purpose::Weights, 0);
  int outside = 0;
  for (int i = 0; i < kDraws; ++i) outside += std::abs(stream.normal()) > 1 ? 1 : 0;
  const double share = 1 - std::erf(std::sqrt(0.5));
  const double deviation = std::sqrt(share * (1 - share) / kDraws);
  EXPECT_NEAR(static_cast<double>(outside) / kDraws, share, 5 * deviation);
}

// A count of n draws with probability 1/bound has standard deviation below sqrt(n / bound).
TEST(random_stream, below_reaches_every_value_equally_often) {
  RandomStream stream(6, Purpose::SampleOrder, 0);
  constexpr std::uint32_t bound = 7;
  std::vector<int> counts(bound);
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t x = stream.below(bound);
    ASSERT_LT(x, bound);
    ++counts[x];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, kDraws / 7.0, 5 * std::sqrt(kDraws / 7.0));
  }
  EXPECT_EQ(stream.below(1), 0U);
}

// A plain modulo of 32 bits would give the lower half of 3 * 2^30 values twice as often.
TEST(random_stream, below_has_no_modulo_bias) {
  RandomStream stream(7, Purpose::SampleOrder, 0);
  constexpr std::uint32_t bound = 3U << 30;
  int lower = 0;
  for (int i = 0; i < kDraws; ++i) lower += stream.below(bound) < bound / 3 ? 1 : 0;
  EXPECT_NEAR(lower, kDraws / 3.0, 5 * std::sqrt(kDraws * 2.0 / 9));
}

}  // namespace
}  // namespace plumb::core
