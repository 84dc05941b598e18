#include "math/updates/nesterov_update.hpp"

#include "math/updates/sgd_update.hpp"
#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class nesterov_update_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(nesterov_update_of, Numbers);

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
constexpr NesterovCoefficients<T> kCoefficients{T(0.1), T(0.9), T(5e-4)};

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
void compare_with_reference(const Parameters<T>& input) {
  Parameters<T> measured = input;
  Parameters<T> unmeasured = input;
  Parameters<T> plain = input;
  const UpdateSums sums = nesterov_update_measured<T>(kCoefficients<T>, measured.gradient,
                                                      measured.velocity, measured.weights);
  nesterov_update<T>(kCoefficients<T>, unmeasured.gradient, unmeasured.velocity,
                     unmeasured.weights);
  const UpdateSums expected = reference::nesterov_update_measured<T>(
      kCoefficients<T>, plain.gradient, plain.velocity, plain.weights);
  expect_equal<T>(sums, expected, input.weights.size());
  expect_same_bits(measured.weights, plain.weights);
  expect_same_bits(measured.velocity, plain.velocity);
  expect_same_bits(unmeasured.weights, plain.weights);
  expect_same_bits(unmeasured.velocity, plain.velocity);
}

TYPED_TEST(nesterov_update_of, equals_the_reference_measured_or_not) {
  on_every_instruction_set([] {
    for (const std::size_t n : kAwkwardSizes) {
      for (const bool momentum : {false, true}) {
        SCOPED_TRACE(::testing::Message() << n << " entries, momentum " << momentum);
        compare_with_reference(Parameters<TypeParam>::ordinary(n, momentum));
        compare_with_reference(Parameters<TypeParam>::extreme(n, momentum));
      }
    }
  });
}

TYPED_TEST(nesterov_update_of, has_the_same_bits_on_every_instruction_set_and_thread) {
  const auto input = Parameters<TypeParam>::ordinary(8209, true);
  const auto run = [&] {
    Parameters<TypeParam> work = input;
    return nesterov_update_measured<TypeParam>(kCoefficients<TypeParam>, work.gradient,
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

// g' = 4 + .25 * 8 = 6; v = .5 * 2 + 6 = 7; w = 8 - .5 * (6 + .5 * 7) = 3.25.
TYPED_TEST(nesterov_update_of, by_hand_with_momentum_and_weight_decay) {
  const std::vector<TypeParam> gradient{4};
  std::vector<TypeParam> velocity{2};
  std::vector<TypeParam> weights{8};
  const UpdateSums sums = nesterov_update_measured<TypeParam>(
      {TypeParam{0.5}, TypeParam{0.5}, TypeParam{0.25}}, gradient, velocity, weights);
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
TYPED_TEST(nesterov_update_of, by_hand_over_three_steps) {
  std::vector<TypeParam> velocity{0};
  std::vector<TypeParam> weights{16};
  for (const TypeParam expected : {TypeParam(10), TypeParam(5.25), TypeParam(2.15625)}) {
    const std::vector<TypeParam> gradient = weights;
    nesterov_update<TypeParam>({TypeParam(0.25), TypeParam(0.5), 0}, gradient, velocity, weights);
    EXPECT_EQ(weights[0], expected);
  }
}

TYPED_TEST(nesterov_update_of, without_momentum_is_gradient_descent) {
  const auto input = Parameters<TypeParam>::ordinary(1000, false);
  Parameters<TypeParam> nesterov = input;
  Parameters<TypeParam> sgd = input;
  nesterov_update<TypeParam>({TypeParam(0.1), 0, TypeParam(5e-4)}, nesterov.gradient,
                             nesterov.velocity, nesterov.weights);
  sgd_update<TypeParam>({TypeParam(0.1), 0, TypeParam(5e-4)}, sgd.gradient, sgd.velocity,
                        sgd.weights);
  expect_same_bits(nesterov.weights, sgd.weights);
}

}  // namespace
}  // namespace plumb::math
