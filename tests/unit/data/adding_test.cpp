// The adding problem: its layout, its targets, and the error of whoever predicts nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

std::unique_ptr<const Dataset> open_adding(std::size_t steps, std::uint64_t samples = 0) {
  DataSettings settings = settings_for(Source::Adding, samples);
  settings.sequence = steps;
  return open_dataset(settings, ".", 1);
}

struct Sequence {
  std::vector<float> x;  // (steps, 2)
  double target = 0;

  [[nodiscard]] std::vector<std::size_t> marked() const {
    std::vector<std::size_t> steps;
    for (std::size_t s = 0; s < x.size() / 2; ++s) {
      if (x[2 * s + 1] != 0) steps.push_back(s);
    }
    return steps;
  }
};

Sequence read_sequence(const Dataset& dataset, Split split, std::uint64_t index) {
  Sequence sequence;
  sequence.x.resize(dataset.inputs());
  sequence.target = dataset.read(split, index, sequence.x);
  return sequence;
}

TEST(adding, has_two_inputs_per_time_step_and_one_output) {
  const auto adding = open_adding(50);
  EXPECT_EQ(adding->source(), "adding");
  EXPECT_EQ(adding->inputs(), 100U);
  EXPECT_EQ(adding->classes(), 1U);
  EXPECT_TRUE(adding->is_regression());
  EXPECT_EQ(adding->image(), std::nullopt);
}

TEST(adding, marks_one_step_in_each_half_and_adds_their_values) {
  for (const std::size_t steps : {2U, 3U, 5U, 50U}) {
    const auto adding = open_adding(steps);
    for (const Split split : {Split::Train, Split::Test}) {
      for (std::uint64_t i = 0; i < 500; ++i) {
        const Sequence sequence = read_sequence(*adding, split, i);
        const auto marked = sequence.marked();
        ASSERT_EQ(marked.size(), 2U) << steps << " steps, sample " << i;
        EXPECT_LT(marked[0], steps / 2);
        EXPECT_GE(marked[1], steps / 2);
        double sum = 0;
        for (const std::size_t step : marked) {
          EXPECT_EQ(sequence.x[2 * step + 1], 1.0F);
          sum += sequence.x[2 * step];
        }
        EXPECT_EQ(sequence.target, sum);  // exactly: both terms are multiples of 2^-24
      }
    }
  }
}

TEST(adding, marks_every_step_of_a_half_equally_often) {
  constexpr std::uint64_t kCount = 20'000;
  constexpr std::size_t kSteps = 9;  // halves of 4 and of 5 steps
  const auto adding = open_adding(kSteps);
  std::vector<double> counts(kSteps);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    for (const std::size_t step : read_sequence(*adding, Split::Train, i).marked()) ++counts[step];
  }
  for (std::size_t step = 0; step < kSteps; ++step) {
    const double p = step < 4 ? 1.0 / 4 : 1.0 / 5;
    // Binomial: five standard deviations.
    EXPECT_NEAR(counts[step], kCount * p, 5 * std::sqrt(kCount * p * (1 - p))) << "step " << step;
  }
}

TEST(adding, draws_values_uniform_from_0_to_1) {
  constexpr std::uint64_t kCount = 2'000;
  const auto adding = open_adding(10);
  double sum = 0;
  double square_sum = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const Sequence sequence = read_sequence(*adding, Split::Train, i);
    for (std::size_t step = 0; step < 10; ++step) {
      const double value = sequence.x[2 * step];
      ASSERT_TRUE(value >= 0 && value < 1) << value;
      sum += value;
      square_sum += value * value;
    }
  }
  // u has mean 1/2 and variance 1/12, u^2 mean 1/3 and variance 1/5 - 1/9 = 4/45; five standard
  // deviations of their means.
  const double n = kCount * 10;
  EXPECT_NEAR(sum / n, 1.0 / 2, 5 * std::sqrt(1 / (12 * n)));
  EXPECT_NEAR(square_sum / n, 1.0 / 3, 5 * std::sqrt(4 / (45 * n)));
}

TEST(adding, leaves_whoever_predicts_1_a_mean_squared_error_of_a_sixth) {
  constexpr std::uint64_t kCount = 20'000;
  const auto adding = open_adding(50);
  double sum = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    sum += std::pow(read_sequence(*adding, Split::Test, i).target - 1, 2);
  }
  // With v = u - 1/2: E v^2 = 1/12, E v^4 = 1/80, so E (v + v')^4 = 2/80 + 6/144 = 1/15 and the
  // squared error has variance 1/15 - 1/36 = 7/180; five standard deviations of its mean.
  EXPECT_NEAR(sum / kCount, 1.0 / 6, 5 * std::sqrt(7.0 / 180 / kCount));
}

TEST(adding, keeps_the_first_samples_of_the_stream_as_a_fixed_set) {
  const auto endless = open_adding(7);
  const auto fixed = open_adding(7, 40);
  EXPECT_EQ(endless->size(Split::Train), std::nullopt);
  EXPECT_EQ(fixed->size(Split::Train), 40U);
  for (std::uint64_t i = 0; i < 40; ++i) {
    const Sequence expected = read_sequence(*endless, Split::Train, i);
    const Sequence stored = read_sequence(*fixed, Split::Train, i);
    EXPECT_EQ(stored.x, expected.x) << "sample " << i;
    EXPECT_EQ(stored.target, expected.target) << "sample " << i;
  }
}

// See generated_test.cpp: drawing needs nothing but shifts, conversions and a power of two.
TEST(adding, never_changes_what_a_seed_draws) {
  EXPECT_EQ(fingerprint(*open_adding(20), Split::Train, 100), 0x628606d6dcac1150ULL);
}

TEST(adding, refuses_a_sequence_too_short_for_two_halves) {
  for (const std::size_t steps : {0U, 1U}) {
    EXPECT_EQ(message_of<core::UsageError>([&] { open_adding(steps); }),
              "network.depth = " + std::to_string(steps) +
                  "; 2 or more time steps are allowed with data.source = \"adding\"");
  }
}

}  // namespace
}  // namespace plumb::data
