#include "history/noise_scale.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace plumb::history {
namespace {

core::SquareSum squares(const std::vector<double>& values) {
  core::SquareSum sum;
  for (const double x : values) {
    if (std::abs(x) < core::kBlueSmallest) {
      sum.small += (x * core::kBlueScaleUp) * (x * core::kBlueScaleUp);
    } else {
      sum.medium += x * x;
    }
  }
  return sum;
}

// Norms are roots that are squared again: a few roundings.
TEST(noise_scale, of_two_slices_follows_the_formula_by_hand) {
  // b = 2, B = 4. Slice gradients (own means) 3 and 1, batch gradient 2:
  // |G_b|^2 = 5, |G_B|^2 = 4, |G|^2 = (4 * 4 - 2 * 5) / 2 = 3, S = (5 - 4) / (1/2 - 1/4) = 4.
  NoiseScale noise(2, 4);
  noise.add(squares({1.5, 0.5}), 1, squares({2}));
  EXPECT_NEAR(noise.value(), 4.0 / 3, 1e-14);
}

TEST(noise_scale, averages_numerator_and_denominator_apart) {
  // Second step: slices 2 and 2, batch 2: S = 0, |G|^2 = 4. (4 + 0) / (3 + 4).
  NoiseScale noise(2, 4);
  noise.add(squares({1.5, 0.5}), 1, squares({2}));
  noise.add(squares({1, 1}), 1, squares({2}));
  EXPECT_NEAR(noise.value(), 4.0 / 7, 1e-14);
}

TEST(noise_scale, takes_the_loss_scale_out) {
  NoiseScale noise(2, 4);
  noise.add(squares({1.5 * 8, 0.5 * 8}), 8, squares({2 * 8}));
  EXPECT_NEAR(noise.value(), 4.0 / 3, 1e-14);
}

TEST(noise_scale, survives_gradients_whose_squares_leave_double) {
  NoiseScale noise(2, 4);
  noise.add(squares({1.5e-200, 0.5e-200}), 1, squares({2e-200}));
  EXPECT_NEAR(noise.value(), 4.0 / 3, 1e-12);
}

TEST(noise_scale, leaves_out_steps_that_overflowed) {
  NoiseScale noise(2, 4);
  noise.add(squares({HUGE_VAL, 0.5}), 1, squares({2}));
  noise.add(squares({1.5, 0.5}), 1, squares({2}));
  noise.add(squares({1.5, 0.5}), 1, squares({std::nan("")}));
  EXPECT_NEAR(noise.value(), 4.0 / 3, 1e-14);
}

TEST(noise_scale, needs_two_slices) {
  NoiseScale noise(4, 4);
  noise.add(squares({2}), 1, squares({2}));
  EXPECT_TRUE(std::isnan(noise.value()));
}

}  // namespace
}  // namespace plumb::history
