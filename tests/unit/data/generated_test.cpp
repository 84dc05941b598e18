#include "data/generated.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>
#include <thread>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

constexpr std::array<Source, 4> kGenerated = {Source::Shapes, Source::Teacher, Source::Spirals,
                                              Source::Adding};

std::unique_ptr<const Dataset> open_teacher(std::size_t inputs, std::size_t classes,
                                            std::uint64_t seed) {
  DataSettings settings = settings_for(Source::Teacher);
  settings.inputs = inputs;
  settings.classes = classes;
  return open_dataset(settings, ".", seed);
}

TEST(generated, gives_the_same_sample_to_any_thread_in_any_order) {
  constexpr std::uint64_t kCount = 400;
  constexpr std::uint64_t kThreads = 4;
  for (const Source source : kGenerated) {
    const auto first = open_generated(source, 7);
    const auto second = open_generated(source, 7);
    std::vector<Sample> backwards(kCount);
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = kCount - kThreads + t; i < kCount; i -= kThreads) {
          backwards[i] = read_sample(*second, Split::Train, i);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uint64_t i = 0; i < kCount; ++i) {
      EXPECT_EQ(read_sample(*first, Split::Train, i), backwards[i]) << "sample " << i;
    }
  }
}

TEST(generated, draws_training_and_test_samples_from_different_streams) {
  for (const Source source : kGenerated) {
    const auto dataset = open_generated(source, 1);
    std::set<std::vector<float>> train;
    for (std::uint64_t i = 0; i < 300; ++i) {
      train.insert(read_sample(*dataset, Split::Train, i).x);
    }
    EXPECT_EQ(train.size(), 300U);
    for (std::uint64_t i = 0; i < 300; ++i) {
      EXPECT_FALSE(train.contains(read_sample(*dataset, Split::Test, i).x));
    }
  }
}

TEST(generated, has_images_only_where_it_draws_some) {
  EXPECT_EQ(open_generated(Source::Shapes, 1)->image(), (Image{32, 32}));
  EXPECT_EQ(open_generated(Source::Teacher, 1)->image(), std::nullopt);
  EXPECT_EQ(open_generated(Source::Spirals, 1)->image(), std::nullopt);
}

TEST(generated, draws_classes_but_for_the_adding_problem) {
  for (const Source source : kGenerated) {
    EXPECT_EQ(open_generated(source, 1)->is_regression(), source == Source::Adding);
  }
}

TEST(generated, draws_other_samples_for_another_seed) {
  for (const Source source : kGenerated) {
    EXPECT_NE(read_sample(*open_generated(source, 1), Split::Train, 0),
              read_sample(*open_generated(source, 2), Split::Train, 0));
  }
}

TEST(generated, keeps_the_first_samples_of_the_stream_as_a_fixed_set) {
  for (const Source source : kGenerated) {
    const auto endless = open_generated(source, 3);
    const auto fixed = open_generated(source, 3, 50);
    EXPECT_EQ(fixed->size(Split::Train), 50U);
    EXPECT_EQ(fixed->size(Split::Test), std::nullopt);
    for (std::uint64_t i = 0; i < 50; ++i) {
      EXPECT_EQ(read_sample(*fixed, Split::Train, i), read_sample(*endless, Split::Train, i));
    }
    EXPECT_EQ(read_sample(*fixed, Split::Test, 60), read_sample(*endless, Split::Test, 60));
  }
}

TEST(generated, draws_a_fixed_set_that_is_too_large_to_store_at_each_read) {
  constexpr std::uint64_t kSamples = GeneratedDataset::kStoredBytes / 4096 + 1;
  const auto endless = open_generated(Source::Shapes, 3);
  const auto fixed = open_generated(Source::Shapes, 3, kSamples);
  EXPECT_EQ(fixed->size(Split::Train), kSamples);
  EXPECT_EQ(read_sample(*fixed, Split::Train, kSamples - 1),
            read_sample(*endless, Split::Train, kSamples - 1));
}

// These numbers tie published results to the program: a change here changes every history. They
// hold on every CPU, since drawing uses nothing but +, -, *, / and sqrt.
TEST(generated, never_changes_what_a_seed_draws) {
  EXPECT_EQ(fingerprint(*open_generated(Source::Shapes, 1), Split::Train, 100),
            0xa78ebbd5da407cb5ULL);
  EXPECT_EQ(fingerprint(*open_generated(Source::Shapes, 1), Split::Test, 100),
            0xe954270342ac7a53ULL);
  EXPECT_EQ(fingerprint(*open_generated(Source::Teacher, 1), Split::Train, 100),
            0xca2e0d33eb89dd12ULL);
}

TEST(teacher, draws_standard_normal_inputs) {
  const auto teacher = open_generated(Source::Teacher, 1);
  ASSERT_EQ(teacher->inputs(), 784U);
  double sum = 0;
  double square_sum = 0;
  double fourth_sum = 0;
  constexpr int kCount = 500;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    for (const float v : read_sample(*teacher, Split::Train, i).x) {
      const double square = static_cast<double>(v) * v;
      sum += v;
      square_sum += square;
      fourth_sum += square * square;
    }
  }
  // Standard deviations of the means of z, z^2 and z^4: 1, sqrt 2 and sqrt 96 over sqrt n.
  const double n = kCount * 784.0;
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square_sum / n, 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(fourth_sum / n, 3, 5 * std::sqrt(96 / n));
}

TEST(teacher, finds_no_class_rare_or_dominant) {
  constexpr int kCount = 4000;
  for (const std::uint64_t seed : {1, 2, 3}) {
    for (const std::size_t classes : {2U, 10U}) {
      const auto teacher = open_teacher(100, classes, seed);
      std::vector<double> share(classes);
      for (std::uint64_t i = 0; i < kCount; ++i) {
        share[static_cast<std::size_t>(read_sample(*teacher, Split::Train, i).label)] +=
            static_cast<double>(classes) / kCount;
      }
      for (const double s : share) {
        EXPECT_GT(s, 0.5) << "seed " << seed << ", " << classes << " classes";
        EXPECT_LT(s, 1.6) << "seed " << seed << ", " << classes << " classes";
      }
    }
  }
}

/// The network of teacher.cpp, written down again in float64.
class SlowTeacher {
 public:
  SlowTeacher(std::size_t inputs, std::size_t classes, std::uint64_t seed)
      : first_(inputs, std::vector<double>(64)), second_(classes, std::vector<double>(64)) {
    core::RandomStream stream(seed, core::Purpose::TeacherWeights, 0);
    for (auto& row : first_) {
      for (double& w : row) {
        w = 3 * normal_from_bits(stream.next_u32()) / std::sqrt(static_cast<double>(inputs));
      }
    }
    for (auto& column : second_) draw_column(stream, column);
  }

  [[nodiscard]] std::vector<double> scores(const std::vector<float>& x) const {
    std::vector<double> result(second_.size());
    for (std::size_t k = 0; k < 64; ++k) {
      double a = 0;
      for (std::size_t i = 0; i < x.size(); ++i) a += x[i] * first_[i][k];
      for (std::size_t c = 0; c < second_.size(); ++c) {
        result[c] += a / (1 + std::abs(a)) * second_[c][k];
      }
    }
    return result;
  }

 private:
  static void draw_column(core::RandomStream& stream, std::vector<double>& column) {
    double square_sum = 0;
    for (double& w : column) {
      w = normal_from_bits(stream.next_u32());
      square_sum += w * w;
    }
    for (double& w : column) w /= std::sqrt(square_sum);
  }

  std::vector<std::vector<double>> first_;   // (inputs, 64)
  std::vector<std::vector<double>> second_;  // (classes, 64)
};

TEST(teacher, labels_with_the_strongest_output_of_its_network) {
  const auto teacher = open_teacher(50, 7, 9);
  const SlowTeacher slow(50, 7, 9);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Sample sample = read_sample(*teacher, Split::Train, i);
    const auto scores = slow.scores(sample.x);
    const double best = *std::max_element(scores.begin(), scores.end());
    // float32 sums of 50 and of 64 terms of order 1 err by less than 1e-4.
    EXPECT_GE(scores[static_cast<std::size_t>(sample.label)], best - 1e-4) << "sample " << i;
  }
}

TEST(teacher, refuses_sizes_that_make_no_sense) {
  EXPECT_EQ(message_of<core::UsageError>([] { open_teacher(0, 10, 1); }),
            "data.inputs = 0; 1 or more are allowed");
  EXPECT_EQ(message_of<core::UsageError>([] { open_teacher(10, 1, 1); }),
            "data.classes = 1; 2 or more are allowed");
}

/// From (x, y) to the nearest point of an arm.
double distance_to_arm(float x, float y, int arm) {
  double least = 10;
  for (double t = 0; t <= 1; t += 0.002) {
    const double angle = 2 * std::numbers::pi * (arm / 3.0 + 1.5 * t);
    least = std::min(least, std::hypot(x - t * std::cos(angle), y - t * std::sin(angle)));
  }
  return least;
}

TEST(spirals, puts_each_point_beside_the_arm_of_its_class) {
  const auto spirals = open_generated(Source::Spirals, 1);
  ASSERT_EQ(spirals->inputs(), 2U);
  ASSERT_EQ(spirals->classes(), 3U);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const Sample sample = read_sample(*spirals, Split::Train, i);
    // Noise of .02: beyond six standard deviations (.12) in either coordinate, 1e-5 of all runs.
    // The grid over t adds up to .01.
    ASSERT_LT(distance_to_arm(sample.x[0], sample.x[1], sample.label), 0.13);
    // Farther out than .3 the next arm is .2 away: half of that is five standard deviations.
    if (std::hypot(sample.x[0], sample.x[1]) < 0.3) continue;
    for (const int step : {1, 2}) {
      ASSERT_LT(distance_to_arm(sample.x[0], sample.x[1], sample.label),
                distance_to_arm(sample.x[0], sample.x[1], (sample.label + step) % 3))
          << "sample " << i;
    }
  }
}

TEST(spirals, draws_all_classes_equally_often) {
  constexpr int kCount = 9000;
  const auto spirals = open_generated(Source::Spirals, 1);
  std::array<int, 3> counts{};
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ++counts[static_cast<std::size_t>(read_sample(*spirals, Split::Train, i).label)];
  }
  // Binomial with p = 1/3: five standard deviations.
  for (const int count : counts) EXPECT_NEAR(count, 3000, 5 * std::sqrt(kCount * 2.0 / 9));
}

}  // namespace
}  // namespace plumb::data
