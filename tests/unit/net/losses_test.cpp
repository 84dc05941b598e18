#include "net/losses.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace plumb::net {
namespace {

using core::MatrixView;

struct Evaluated {
  LossSums sums;
  std::vector<double> delta;
};

Evaluated evaluate(Loss loss, std::vector<double> z, std::size_t classes,
                   std::vector<double> labels) {
  Evaluated result;
  result.delta.resize(z.size());
  result.sums = evaluate_loss<double>(loss, {z.data(), labels.size(), classes}, labels,
                                      {result.delta.data(), labels.size(), classes});
  return result;
}

TEST(losses, softmax_of_equal_logits_is_the_log_of_the_number_of_classes) {
  const auto r = evaluate(Loss::SoftmaxCrossEntropy, {3, 3, 3, 3}, 4, {2});
  EXPECT_DOUBLE_EQ(r.sums.loss, std::log(4.0));
  EXPECT_DOUBLE_EQ(r.delta[0], 0.25);
  EXPECT_DOUBLE_EQ(r.delta[2], -0.75);
}

TEST(losses, softmax_survives_logits_that_would_overflow) {
  const auto r = evaluate(Loss::SoftmaxCrossEntropy, {1000, -1000}, 2, {1});
  EXPECT_DOUBLE_EQ(r.sums.loss, 2000);
  EXPECT_DOUBLE_EQ(r.delta[0], 1);
  EXPECT_DOUBLE_EQ(r.delta[1], -1);
}

TEST(losses, softmax_delta_of_a_nearly_certain_label_does_not_cancel) {
  // 1 - p = 1 / (1 + e^50), far below epsilon: p - 1 in floating point would be 0.
  const auto r = evaluate(Loss::SoftmaxCrossEntropy, {50, 0}, 2, {0});
  EXPECT_NEAR(r.delta[0] / -std::exp(-50.0), 1, 1e-12);
}

TEST(losses, sigmoid_cross_entropy_sums_over_classes) {
  // z = 0: each class costs log 2 and has s(0) = 1/2.
  const auto r = evaluate(Loss::SigmoidCrossEntropy, {0, 0, 0}, 3, {1});
  EXPECT_DOUBLE_EQ(r.sums.loss, 3 * std::log(2.0));
  EXPECT_DOUBLE_EQ(r.delta[0], 0.5);
  EXPECT_DOUBLE_EQ(r.delta[1], -0.5);
}

TEST(losses, sigmoid_cross_entropy_is_linear_far_out) {
  const auto r = evaluate(Loss::SigmoidCrossEntropy, {-800, 800}, 2, {0});
  EXPECT_DOUBLE_EQ(r.sums.loss, 1600);
  EXPECT_DOUBLE_EQ(r.delta[0], -1);
  EXPECT_DOUBLE_EQ(r.delta[1], 1);
}

TEST(losses, mean_squared_error_is_half_the_squared_distance_to_the_one_hot_label) {
  const auto r = evaluate(Loss::MeanSquaredError, {2, -1}, 2, {0});
  EXPECT_DOUBLE_EQ(r.sums.loss, (1 + 1) / 2.0);
  EXPECT_DOUBLE_EQ(r.delta[0], 1);
  EXPECT_DOUBLE_EQ(r.delta[1], -1);
}

TEST(losses, losses_add_up_over_samples_and_count_correct_guesses) {
  const auto r = evaluate(Loss::MeanSquaredError, {1, 0, 1, 0, 0, 1}, 2, {0, 1, 1});
  EXPECT_EQ(r.sums.correct, 2);
  EXPECT_DOUBLE_EQ(r.sums.loss, 1);
}

TEST(losses, not_a_number_reaches_the_loss) {
  for (const Loss loss :
       {Loss::SoftmaxCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError}) {
    const auto r = evaluate(loss, {std::numeric_limits<double>::quiet_NaN(), 0, 1}, 3, {1});
    EXPECT_TRUE(std::isnan(r.sums.loss));
  }
}

// The derivative of the stated loss by central differences: error h^2 / 6 * f''' + eps / h, below
// 1e-9 for h = 1e-5 and third derivatives below 1.
TEST(losses, delta_is_the_derivative_of_the_loss) {
  constexpr double kH = 1e-5;
  for (const Loss loss :
       {Loss::SoftmaxCrossEntropy, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError}) {
    const std::vector<double> z = {0.3, -1.2, 0.8, 2.1};
    const auto exact = evaluate(loss, z, 4, {2});
    for (std::size_t k = 0; k < z.size(); ++k) {
      auto up = z;
      auto down = z;
      up[k] += kH;
      down[k] -= kH;
      const double slope =
          (evaluate(loss, up, 4, {2}).sums.loss - evaluate(loss, down, 4, {2}).sums.loss) /
          (2 * kH);
      EXPECT_NEAR(exact.delta[k], slope, 1e-9);
    }
  }
}

TEST(losses, stand_in_their_table_once_each_under_the_name_of_study_files) {
  ASSERT_EQ(losses().size(), 3U);
  for (std::size_t i = 0; i < losses().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(losses()[i].loss), i);
    EXPECT_EQ(core::name_of(losses()[i].loss), losses()[i].name);
  }
  EXPECT_TRUE(info_of(Loss::MeanSquaredError).predicts_values);
  EXPECT_FALSE(info_of(Loss::SoftmaxCrossEntropy).predicts_values);
}

// Of an output that is the same for every sample; each class is the label of one of them.
TEST(chance_level, is_the_least_mean_loss_without_a_look_at_the_sample) {
  const std::size_t classes = 4;
  const auto mean_loss = [&](Loss loss, double z) {
    std::vector<double> all(classes * classes, z);
    return evaluate(loss, all, classes, {0, 1, 2, 3}).sums.loss / static_cast<double>(classes);
  };
  const std::pair<Loss, double> best[] = {{Loss::SoftmaxCrossEntropy, 0},
                                          {Loss::SigmoidCrossEntropy, std::log(1.0 / 3)},
                                          {Loss::MeanSquaredError, 0.25}};
  for (const auto& [loss, z] : best) {
    const double chance = info_of(loss).chance_level(std::vector<double>(classes, 0.25));
    EXPECT_NEAR(mean_loss(loss, z), chance, 1e-14) << core::name_of(loss);
    EXPECT_GE(mean_loss(loss, z + 0.1), chance - 1e-14) << core::name_of(loss);
    EXPECT_GE(mean_loss(loss, z - 0.1), chance - 1e-14) << core::name_of(loss);
  }
}

TEST(chance_level, is_lower_where_one_class_is_frequent) {
  const std::vector<double> shares = {0.75, 0.25, 0};
  const double entropy = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  EXPECT_NEAR(info_of(Loss::SoftmaxCrossEntropy).chance_level(shares), entropy, 1e-15);
  EXPECT_NEAR(info_of(Loss::SigmoidCrossEntropy).chance_level(shares), 2 * entropy, 1e-15);
  EXPECT_NEAR(info_of(Loss::MeanSquaredError).chance_level(shares), 0.1875, 1e-15);
}

}  // namespace
}  // namespace plumb::net
