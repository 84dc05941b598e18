#include "math/updates/sgd_update.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class sgd_update_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(sgd_update_of, Numbers);

template <class T>
struct Parameters {
  std::vector<T> gradient, velocity, weights;

  static Parameters ordinary(std::size_t n, bool momentum) {
    return {normals<T>(n, 1), normals<T>(momentum ? n : 0, 2), normals<T>(n, 3)};
  }
  static Parameters extreme(std::size_t n, bool momentum) {
    return {extreme_values<T>(n, 1, true), extreme_values<T>(momentum ? n : 0, 2, false),
            extreme_values<T>(n, 3, false)};
  }
};

template <class T>
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
void compare_with_reference(const SgdCoefficients<T>& coefficients, const Parameters<T>& input) {
  Parameters<T> measured = input;
  Parameters<T> unmeasured = input;
  Parameters<T> plain = input;
  const UpdateSums sums =
      sgd_update_measured<T>(coefficients, measured.gradient, measured.velocity, measured.weights);
  sgd_update<T>(coefficients, unmeasured.gradient, unmeasured.velocity, unmeasured.weights);
  const UpdateSums expected = reference::sgd_update_measured<T>(coefficients, plain.gradient,
                                                                plain.velocity, plain.weights);
  expect_equal<T>(sums, expected, input.weights.size());
  expect_same_bits(measured.weights, plain.weights);
  expect_same_bits(measured.velocity, plain.velocity);
  expect_same_bits(unmeasured.weights, plain.weights);
  expect_same_bits(unmeasured.velocity, plain.velocity);
}

constexpr Momentum kBothKinds[] = {Momentum::Polyak, Momentum::Nesterov};

template <class T>
SgdCoefficients<T> ordinary_coefficients(Momentum kind) {
  return {T(0.1), T(0.9), T(5e-4), kind};
}

template <class T>
void compare_sizes_with_reference(const SgdCoefficients<T>& coefficients) {
  for (const std::size_t n : kAwkwardSizes) {
    for (const bool momentum : {false, true}) {
      SCOPED_TRACE(::testing::Message() << n << " entries, momentum " << momentum);
      compare_with_reference(coefficients, Parameters<T>::ordinary(n, momentum));
      compare_with_reference(coefficients, Parameters<T>::extreme(n, momentum));
    }
  }
}

TYPED_TEST(sgd_update_of, equals_the_reference_measured_or_not) {
  on_every_instruction_set([] {
    for (const Momentum kind : kBothKinds) {
      compare_sizes_with_reference(ordinary_coefficients<TypeParam>(kind));
    }
  });
}

TYPED_TEST(sgd_update_of, has_the_same_bits_on_every_instruction_set_and_thread) {
  const auto input = Parameters<TypeParam>::ordinary(8209, true);
  for (const Momentum kind : kBothKinds) {
    const auto run = [&] {
      Parameters<TypeParam> work = input;
      return sgd_update_measured<TypeParam>(ordinary_coefficients<TypeParam>(kind), work.gradient,
                                            work.velocity, work.weights);
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
}

// v = .5 * 2 + (4 + .25 * 8) = 7; w = 8 - .5 * 7 = 4.5.
TYPED_TEST(sgd_update_of, by_hand_with_momentum_and_weight_decay) {
  const std::vector<TypeParam> gradient{4};
  std::vector<TypeParam> velocity{2};
  std::vector<TypeParam> weights{8};
  const UpdateSums sums = sgd_update_measured<TypeParam>(
      {TypeParam{0.5}, TypeParam{0.5}, TypeParam{0.25}}, gradient, velocity, weights);
  EXPECT_EQ(velocity[0], 7);
  EXPECT_EQ(weights[0], TypeParam{4.5});
  EXPECT_EQ(sums.gradient.norm(), 4);
  EXPECT_EQ(sums.weight_before.norm(), 8);
  EXPECT_EQ(sums.change.norm(), 3.5);
  EXPECT_EQ(sums.gradient_max, 4);
}

// g' = 4 + .25 * 8 = 6; v = .5 * 2 + 6 = 7; w = 8 - .5 * (6 + .5 * 7) = 3.25.
TYPED_TEST(sgd_update_of, nesterov_by_hand_with_momentum_and_weight_decay) {
  const std::vector<TypeParam> gradient{4};
  std::vector<TypeParam> velocity{2};
  std::vector<TypeParam> weights{8};
  const UpdateSums sums = sgd_update_measured<TypeParam>(
      {TypeParam{0.5}, TypeParam{0.5}, TypeParam{0.25}, Momentum::Nesterov}, gradient, velocity,
      weights);
  EXPECT_EQ(velocity[0], 7);
  EXPECT_EQ(weights[0], TypeParam{3.25});
  EXPECT_EQ(sums.gradient.norm(), 4);
  EXPECT_EQ(sums.weight_before.norm(), 8);
  EXPECT_EQ(sums.change.norm(), 4.75);
  EXPECT_EQ(sums.gradient_max, 4);
}

// On the parabola w^2 / 2 with learning rate 1/4 and momentum 1/2, from 16, as PyTorch's SGD with
// nesterov=True: v = 16, w = 16 - 24/4 = 10; v = 18, w = 10 - 19/4 = 5.25; v = 14.25,
// w = 5.25 - 12.375/4 = 2.15625.
TYPED_TEST(sgd_update_of, nesterov_by_hand_over_three_steps) {
  std::vector<TypeParam> velocity{0};
  std::vector<TypeParam> weights{16};
  for (const TypeParam expected : {TypeParam(10), TypeParam(5.25), TypeParam(2.15625)}) {
    const std::vector<TypeParam> gradient = weights;
    sgd_update<TypeParam>({TypeParam(0.25), TypeParam(0.5), 0, Momentum::Nesterov}, gradient,
                          velocity, weights);
    EXPECT_EQ(weights[0], expected);
  }
}

TYPED_TEST(sgd_update_of, nesterov_without_momentum_is_gradient_descent) {
  const auto input = Parameters<TypeParam>::ordinary(1000, false);
  Parameters<TypeParam> nesterov = input;
  Parameters<TypeParam> sgd = input;
  sgd_update<TypeParam>({TypeParam(0.1), 0, TypeParam(5e-4), Momentum::Nesterov}, nesterov.gradient,
                        nesterov.velocity, nesterov.weights);
  sgd_update<TypeParam>({TypeParam(0.1), 0, TypeParam(5e-4)}, sgd.gradient, sgd.velocity,
                        sgd.weights);
  expect_same_bits(nesterov.weights, sgd.weights);
}

TYPED_TEST(sgd_update_of, counts_zero_nonfinite_and_absorbed_entries) {
  using Limits = std::numeric_limits<TypeParam>;
  for (const std::size_t padding : {std::size_t{0}, std::size_t{12}, std::size_t{5000}}) {
    std::vector<TypeParam> gradient{
        0, -TypeParam{0}, Limits::infinity(), Limits::quiet_NaN(), -2, Limits::denorm_min()};
    gradient.resize(gradient.size() + padding, TypeParam{1});
    std::vector<TypeParam> weights(gradient.size(), TypeParam{1});
    const UpdateSums sums = sgd_update_measured<TypeParam>({TypeParam(0.1), 0, 0}, gradient,
                                                           std::span<TypeParam>(), weights);
    EXPECT_EQ(sums.zero, 2);
    EXPECT_EQ(sums.nonfinite, 2);
    EXPECT_EQ(sums.unchanged, 3);  // the two zeros and the denormal, absorbed
    EXPECT_EQ(sums.gradient_max, 2);
    EXPECT_TRUE(std::isnan(sums.gradient.norm()));
  }
}

// Round to nearest, ties to even: 1 - 2^-(p+1) lies halfway between 1 and its lower neighbour and
// goes back to 1 (p: bits of the significand).
TYPED_TEST(sgd_update_of, a_change_of_half_a_last_place_is_absorbed) {
  const TypeParam half_step = std::numeric_limits<TypeParam>::epsilon() / 4;
  const std::vector<TypeParam> gradient{half_step, half_step * TypeParam{1.5}};
  std::vector<TypeParam> weights{1, 1};
  const UpdateSums sums =
      sgd_update_measured<TypeParam>({1, 0, 0}, gradient, std::span<TypeParam>(), weights);
  EXPECT_EQ(sums.unchanged, 1);
  EXPECT_EQ(weights[0], 1);
  EXPECT_EQ(sums.change.norm(), 2 * static_cast<double>(half_step));
}

TEST(update_sums, add_up_and_keep_the_larger_maximum) {
  UpdateSums sums;
  sums.gradient_max = 2;
  sums.zero = 1;
  UpdateSums other;
  other.gradient_max = 3;
  other.zero = 4;
  other.nonfinite = 5;
  other.unchanged = 6;
  other.change.medium = 7;
  other.weight_before.small = 8;
  other.gradient.big = 9;
  sums += other;
  sums += UpdateSums{};
  EXPECT_EQ(sums.gradient_max, 3);
  EXPECT_EQ(sums.zero, 5);
  EXPECT_EQ(sums.nonfinite, 5);
  EXPECT_EQ(sums.unchanged, 6);
  EXPECT_EQ(sums.change.medium, 7);
  EXPECT_EQ(sums.weight_before.small, 8);
  EXPECT_EQ(sums.gradient.big, 9);
}

}  // namespace
}  // namespace plumb::math
