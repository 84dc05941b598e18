#include "math/updates/adam_update.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class adam_update_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(adam_update_of, Numbers);

template <class T>
struct Parameters {
  std::vector<T> gradient, mean, square, weights;

  static Parameters ordinary(std::size_t n) {
    return {normals<T>(n, 1), normals<T>(n, 2), sizes(normals<T>(n, 3)), normals<T>(n, 4)};
  }
  static Parameters extreme(std::size_t n) {
    return {extreme_values<T>(n, 1, true), extreme_values<T>(n, 2, false),
            sizes(extreme_values<T>(n, 3, false)), extreme_values<T>(n, 4, false)};
  }
  static std::vector<T> sizes(std::vector<T> x) {
    for (T& value : x) value = std::abs(value);
    return x;
  }
  UpdateSums step(const AdamCoefficients<T>& c) {
    return adam_update_measured<T>(c, gradient, mean, square, weights);
  }
};

/// Step t with the published coefficients; the corrections belong to the betas as T stores them.
template <class T>
AdamCoefficients<T> coefficients(int t, double learning_rate = 0.125, double weight_decay = 0.01) {
  AdamCoefficients<T> c{};
  c.beta1 = T(0.9);
  c.beta2 = T(0.999);
  c.epsilon = T(1e-8);
  c.weight_decay = T(weight_decay);
  c.step_size = T(learning_rate / (1 - std::pow(c.beta1, t)));
  c.sqrt_correction2 = T(std::sqrt(1 - std::pow(c.beta2, t)));
  return c;
}

void expect_equal(const UpdateSums& actual, const UpdateSums& expected, std::size_t n) {
  expect_same_sum(actual.gradient, expected.gradient, n);
  expect_same_sum(actual.weight_before, expected.weight_before, n);
  expect_same_sum(actual.change, expected.change, n);
  EXPECT_EQ(actual.gradient_max, expected.gradient_max);
  EXPECT_EQ(actual.zero, expected.zero);
  EXPECT_EQ(actual.nonfinite, expected.nonfinite);
  EXPECT_EQ(actual.unchanged, expected.unchanged);
}

template <class T>
void expect_same_parameters(const Parameters<T>& actual, const Parameters<T>& expected) {
  expect_same_bits(actual.mean, expected.mean);
  expect_same_bits(actual.square, expected.square);
  expect_same_bits(actual.weights, expected.weights);
}

template <class T>
void compare_with_twin(const Parameters<T>& input, const AdamCoefficients<T>& c) {
  Parameters<T> measured = input;
  Parameters<T> unmeasured = input;
  Parameters<T> plain = input;
  const UpdateSums sums = measured.step(c);
  adam_update<T>(c, unmeasured.gradient, unmeasured.mean, unmeasured.square, unmeasured.weights);
  const UpdateSums expected = reference::adam_update_measured<T>(c, plain.gradient, plain.mean,
                                                                 plain.square, plain.weights);
  expect_equal(sums, expected, input.weights.size());
  expect_same_parameters(measured, plain);
  expect_same_parameters(unmeasured, plain);
}

TYPED_TEST(adam_update_of, equals_the_reference_measured_or_not) {
  on_every_instruction_set([] {
    for (const std::size_t n : kAwkwardSizes) {
      SCOPED_TRACE(n);
      compare_with_twin(Parameters<TypeParam>::ordinary(n), coefficients<TypeParam>(3));
      compare_with_twin(Parameters<TypeParam>::extreme(n), coefficients<TypeParam>(3));
    }
  });
}

TYPED_TEST(adam_update_of, without_epsilon_sums_no_more_than_its_entries) {
  auto c = coefficients<TypeParam>(3);
  c.epsilon = 0;
  for (const std::size_t n : {std::size_t{3}, std::size_t{17}, std::size_t{4101}}) {
    compare_with_twin(Parameters<TypeParam>::ordinary(n), c);
  }
}

TYPED_TEST(adam_update_of, has_the_same_bits_on_every_instruction_set_and_thread) {
  const auto input = Parameters<TypeParam>::ordinary(8209);
  const auto run = [&] {
    Parameters<TypeParam> work = input;
    return work.step(coefficients<TypeParam>(3));
  };
  const UpdateSums here = run();
  const auto expect_here = [&](const UpdateSums& sums) {
    expect_same_bits(sums.gradient, here.gradient);
    expect_same_bits(sums.weight_before, here.weight_before);
    expect_same_bits(sums.change, here.change);
  };
  for (const UpdateSums& sums : on_three_threads(run)) expect_here(sums);
  on_every_instruction_set([&] { expect_here(run()); });
}

// g' = 3 + .5 * 2 = 4; m = .5 * 2 + .5 * 4 = 3; v = .75 * 16 + .25 * 16 = 16;
// w = 2 - .5 * 3 / (4 / .5 + 1) = 2 - 1.5 / 9.
TYPED_TEST(adam_update_of, by_hand_with_weight_decay) {
  AdamCoefficients<TypeParam> c{};
  c.beta1 = TypeParam{0.5};
  c.beta2 = TypeParam{0.75};
  c.epsilon = 1;
  c.weight_decay = TypeParam{0.5};
  c.step_size = TypeParam{0.5};
  c.sqrt_correction2 = TypeParam{0.5};
  Parameters<TypeParam> x{{3}, {2}, {16}, {2}};
  const UpdateSums sums = x.step(c);
  EXPECT_EQ(x.mean[0], 3);
  EXPECT_EQ(x.square[0], 16);
  EXPECT_EQ(x.weights[0], 2 - TypeParam{1.5} / 9);
  EXPECT_EQ(sums.gradient.norm(), 3);  // without weight decay
  EXPECT_EQ(sums.weight_before.norm(), 2);
  EXPECT_EQ(sums.gradient_max, 3);
  EXPECT_EQ(sums.unchanged, 0);
}

// Corrected means of a constant gradient are the gradient and its square (Kingma and Ba, section
// 3), so every step is learning_rate * g / (|g| + epsilon), which is learning_rate to one rounding.
// In step t the relative errors are 3 t roundings in m, 3 t in v, of which the root keeps half, and
// 5 in the quotient: up to 95 in 20 steps, plus the 20 of the sums, each half an epsilon of 2.5.
TYPED_TEST(adam_update_of, a_constant_gradient_moves_a_weight_by_the_learning_rate) {
  for (const double g : {1e-3, -250.0}) {
    Parameters<TypeParam> x{{static_cast<TypeParam>(g)}, {0}, {0}, {0}};
    for (int t = 1; t <= 20; ++t) {
      x.step(coefficients<TypeParam>(t, 0.125, 0));
      const double expected = -std::copysign(0.125 * t, g) * std::abs(g) / (std::abs(g) + 1e-8);
      EXPECT_NEAR(x.weights[0], expected, 57.5 * 2.5 * std::numeric_limits<TypeParam>::epsilon());
    }
  }
}

TYPED_TEST(adam_update_of, a_zero_gradient_at_the_start_changes_nothing) {
  Parameters<TypeParam> x{std::vector<TypeParam>(21), std::vector<TypeParam>(21),
                          std::vector<TypeParam>(21), normals<TypeParam>(21, 1)};
  const auto before = x.weights;
  const UpdateSums sums = x.step(coefficients<TypeParam>(1, 0.125, 0));
  expect_same_bits(x.weights, before);
  EXPECT_EQ(sums.zero, 21);
  EXPECT_EQ(sums.unchanged, 21);
  EXPECT_EQ(sums.change.norm(), 0);
}

}  // namespace
}  // namespace plumb::math
