#include "math/activations/activation_kernels.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

std::vector<Activation> all_activations() {
  std::vector<Activation> all;
  for (const auto& entry : core::names_of<Activation>()) all.push_back(entry.value);
  return all;
}

template <class T>
struct Layer {
  std::vector<T> z, bias, a;
  std::vector<std::uint8_t> alive;
  std::size_t rows, units;

  Layer(std::vector<T> pre_activations, std::vector<T> biases, std::size_t row_count)
      : z(std::move(pre_activations)),
        bias(std::move(biases)),
        a(z.size(), T{-7}),
        alive(bias.size(), 0),
        rows(row_count),
        units(bias.size()) {}

  ActivationSums measured(Activation f, T slope) {
    return activate_measured<T>(f, slope, matrix(z, rows, units), bias, matrix(a, rows, units),
                                alive);
  }
  ActivationSums plain(Activation f, T slope) {
    return reference::activate_measured<T>(f, slope, matrix(z, rows, units), bias,
                                           matrix(a, rows, units), alive);
  }
  void unmeasured(Activation f, T slope) {
    activate<T>(f, slope, matrix(z, rows, units), bias, matrix(a, rows, units));
  }
};

template <class T>
Layer<T> ordinary_layer(std::size_t rows, std::size_t units, double scale) {
  return {normals<T>(rows * units, 1, scale), normals<T>(units, 2), rows};
}
template <class T>
Layer<T> extreme_layer(std::size_t rows, std::size_t units, bool with_nonfinite) {
  return {extreme_values<T>(rows * units, 1, with_nonfinite), normals<T>(units, 2), rows};
}

/// Roundings: in units of the last place, and of the size of the terms of which a derivative near
/// its own root is the difference.
struct Accuracy {
  double units = 5;
  double terms = 0;
};

/// e = exp(-|z|) is within 2 units in the last place (reduction, series and final addition, half
/// to one each); 1 + e, the division and one or two products add half each, and doubling e's error
/// through tanh's (1 - e) is halved again by its weight: 5 in all.
/// gelu: erfc's argument, series and two divisions add 6, exp(-low) and the products 5 more. Its
/// derivative is a difference of two terms that reach 0.25 near its root, and whose sum further out
/// is at most 2.5 times the difference. silu: two products more, and such a difference too. erf: as
/// gelu, with one argument fewer.
Accuracy accuracy_of(Activation f) {
  if (f == Activation::Gelu) return {16, 0.25};
  if (f == Activation::Silu) return {8, 0.25};
  if (f == Activation::Erf) return {12, 0};
  return {};
}

/// Below the normal numbers the spacing is absolute.
template <class T>
void expect_close(const std::vector<T>& actual, const std::vector<T>& expected, Accuracy accuracy) {
  using Limits = std::numeric_limits<T>;
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!std::isfinite(expected[i])) {
      EXPECT_EQ(std::isnan(actual[i]), std::isnan(expected[i]));
      if (std::isinf(expected[i])) {
        EXPECT_EQ(actual[i], expected[i]);
      }
      continue;
    }
    const T size = std::abs(expected[i]) + static_cast<T>(accuracy.terms);
    const T tolerance =
        static_cast<T>(accuracy.units) * Limits::epsilon() * size + 2 * Limits::denorm_min();
    ASSERT_NEAR(actual[i], expected[i], tolerance) << "entry " << i;
  }
}

/// Sums that overflow end in infinity or not a number, depending on their order.
void expect_near_or_nonfinite(double actual, double expected, double tolerance) {
  if (std::isfinite(expected)) {
    EXPECT_NEAR(actual, expected, tolerance);
  } else {
    EXPECT_FALSE(std::isfinite(actual));
  }
}

/// Each value may differ by some units in the last place (above), its square by twice that; n terms
/// summed in another order add 2 n double roundings of the sum of sizes.
template <class T>
void expect_close(const ActivationSums& actual, const ActivationSums& expected,
                  const Layer<T>& layer, Accuracy accuracy) {
  double size = 0;
  double squares = 0;
  for (const T a : layer.a) {
    size += std::abs(static_cast<double>(a)) + 0.5;
    squares += std::pow(std::abs(static_cast<double>(a)) + 0.5, 2);
  }
  const double unit = accuracy.units * static_cast<double>(std::numeric_limits<T>::epsilon());
  const double order = 2 * static_cast<double>(layer.a.size()) * 0x1p-52;
  expect_near_or_nonfinite(actual.deviation, expected.deviation, (unit + order) * size);
  expect_near_or_nonfinite(actual.deviation_squared, expected.deviation_squared,
                           (2 * unit + order) * squares);
}

template <class T>
void compare_with_twin(Activation f, const Layer<T>& input) {
  SCOPED_TRACE(::testing::Message()
               << core::name_of(f) << ", " << input.rows << " x " << input.units);
  const T slope = T(0.01);
  Layer<T> measured = input;
  Layer<T> unmeasured = input;
  Layer<T> plain = input;
  const ActivationSums sums = measured.measured(f, slope);
  const ActivationSums expected = plain.plain(f, slope);
  unmeasured.unmeasured(f, slope);
  const Accuracy accuracy = accuracy_of(f);
  expect_close(measured.a, plain.a, {accuracy.units, 0});
  expect_close(measured.z, plain.z, accuracy);
  expect_close(sums, expected, plain, accuracy);
  // No derivative of these inputs lies within rounding of the threshold.
  EXPECT_EQ(sums.saturated, expected.saturated);
  EXPECT_EQ(measured.alive, plain.alive);
  expect_same_bits(unmeasured.a, measured.a);
  expect_same_bits(unmeasured.z, measured.z);
}

template <class T>
class activation_kernels : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(activation_kernels, Numbers);

TYPED_TEST(activation_kernels, equal_their_reference_at_awkward_sizes) {
  on_every_instruction_set([] {
    for (const Activation f : all_activations()) {
      for (const std::size_t units : kAwkwardSizes) {
        compare_with_twin(f, ordinary_layer<TypeParam>(3, units, 1));
        compare_with_twin(f, ordinary_layer<TypeParam>(1, units, 30));
        compare_with_twin(f, extreme_layer<TypeParam>(2, units, false));
        compare_with_twin(f, extreme_layer<TypeParam>(2, units, true));
      }
      compare_with_twin(f, ordinary_layer<TypeParam>(0, 5, 1));
    }
  });
}

TYPED_TEST(activation_kernels, are_accurate_over_the_whole_range) {
  // Dense around zero, out to where exp underflows, and tiny arguments.
  std::vector<TypeParam> z;
  const double limit = sizeof(TypeParam) == 4 ? 110 : 760;
  for (int i = -20000; i <= 20000; ++i) {
    z.push_back(static_cast<TypeParam>(limit * i / 20000));
    z.push_back(static_cast<TypeParam>(2.0 * i / 20000));
    z.push_back(static_cast<TypeParam>(std::ldexp(i % 2 == 0 ? 1.3 : -1.3, -(std::abs(i) % 140))));
  }
  on_every_instruction_set([&] {
    for (const Activation f : all_activations()) {
      compare_with_twin(f, Layer<TypeParam>(z, std::vector<TypeParam>(z.size(), 0), 1));
    }
  });
}

template <class T>
Layer<T> one_unit(T z) {
  return {std::vector<T>{z}, std::vector<T>{0}, 1};
}

TYPED_TEST(activation_kernels, sigmoid_derivative_is_largest_at_zero_and_exactly_a_quarter) {
  on_every_instruction_set([] {
    auto zero = one_unit<TypeParam>(0);
    zero.unmeasured(Activation::Sigmoid, 0);
    EXPECT_EQ(zero.z[0], TypeParam{0.25});
    EXPECT_EQ(zero.a[0], TypeParam{0.5});
    auto many = ordinary_layer<TypeParam>(50, 1000, 1);
    many.unmeasured(Activation::Sigmoid, 0);
    for (const TypeParam derivative : many.z) EXPECT_LE(derivative, TypeParam{0.25});
  });
}

TYPED_TEST(activation_kernels, derivatives_live_in_both_tails_until_exp_underflows) {
  on_every_instruction_set([] {
    for (const TypeParam z : {TypeParam{80}, TypeParam{-80}}) {
      auto sigmoid = one_unit(z);
      sigmoid.unmeasured(Activation::Sigmoid, 0);
      EXPECT_NEAR(static_cast<double>(sigmoid.z[0]) / std::exp(-80.0), 1, 1e-6);
      auto tanh = one_unit(z / 2);
      tanh.unmeasured(Activation::Tanh, 0);
      EXPECT_NEAR(static_cast<double>(tanh.z[0]) / (4 * std::exp(-80.0)), 1, 1e-6);
    }
  });
  auto denormal = one_unit<float>(103.0F);
  denormal.unmeasured(Activation::Sigmoid, 0);
  EXPECT_EQ(denormal.z[0], std::exp(-103.0F));
  EXPECT_GT(denormal.z[0], 0.0F);
}

TYPED_TEST(activation_kernels, infinities_saturate_and_not_a_number_passes_through) {
  const TypeParam infinity = std::numeric_limits<TypeParam>::infinity();
  const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN();
  on_every_instruction_set([&] {
    Layer<TypeParam> sigmoid({infinity, -infinity, nan}, {0, 0, 0}, 1);
    sigmoid.unmeasured(Activation::Sigmoid, 0);
    expect_same_bits(sigmoid.a, {1, 0, nan});
    expect_same_bits(sigmoid.z, {0, 0, nan});
    Layer<TypeParam> tanh({infinity, -infinity, nan}, {0, 0, 0}, 1);
    tanh.unmeasured(Activation::Tanh, 0);
    expect_same_bits(tanh.a, {1, -1, nan});
    expect_same_bits(tanh.z, {0, 0, nan});
    Layer<TypeParam> relu({infinity, -infinity, nan}, {0, 0, 0}, 1);
    relu.unmeasured(Activation::Relu, 0);
    expect_same_bits(relu.a, {infinity, 0, nan});
    expect_same_bits(relu.z, {1, 0, nan});
  });
}

TYPED_TEST(activation_kernels, rectifiers_by_hand) {
  Layer<TypeParam> relu({-3, 0, 2}, {1, 0, 1}, 1);
  const ActivationSums sums = relu.measured(Activation::Relu, 0);
  EXPECT_EQ(relu.a, (std::vector<TypeParam>{0, 0, 3}));
  EXPECT_EQ(relu.z, (std::vector<TypeParam>{0, 0, 1}));
  EXPECT_EQ(relu.alive, (std::vector<std::uint8_t>{0, 0, 1}));
  EXPECT_EQ(sums.deviation, 3);
  EXPECT_EQ(sums.deviation_squared, 9);
  EXPECT_EQ(sums.saturated, 2);
  Layer<TypeParam> leaky({-4, 0, 2}, {0, 0, 0}, 1);
  leaky.unmeasured(Activation::LeakyRelu, TypeParam{0.25});
  EXPECT_EQ(leaky.a, (std::vector<TypeParam>{-1, 0, 2}));
  EXPECT_EQ(leaky.z, (std::vector<TypeParam>{0.25, 0.25, 1}));
}

TYPED_TEST(activation_kernels, count_a_derivative_below_a_hundredth_of_the_largest_as_saturated) {
  const auto saturated = [](Activation f, TypeParam slope, TypeParam z) {
    return one_unit(z).measured(f, slope).saturated;
  };
  // sigmoid'(z) = .0025 at |z| = 5.9864, tanh'(z) = .01 at |z| = 2.9932.
  EXPECT_EQ(saturated(Activation::Sigmoid, 0, TypeParam(5.98)), 0);
  EXPECT_EQ(saturated(Activation::Sigmoid, 0, TypeParam(5.99)), 1);
  EXPECT_EQ(saturated(Activation::Tanh, 0, TypeParam(-2.99)), 0);
  EXPECT_EQ(saturated(Activation::Tanh, 0, TypeParam(-3.0)), 1);
  EXPECT_EQ(saturated(Activation::LeakyRelu, TypeParam(0.01), -1), 0);
  EXPECT_EQ(saturated(Activation::LeakyRelu, TypeParam(0.005), -1), 1);
  EXPECT_EQ(saturated(Activation::LeakyRelu, TypeParam(-200), 1), 1);
  EXPECT_EQ(saturated(Activation::LeakyRelu, TypeParam(-200), -1), 0);
  EXPECT_EQ(saturated(Activation::Linear, 0, 0), 0);
}

TYPED_TEST(activation_kernels, leave_the_mark_of_a_unit_that_was_alive_before) {
  Layer<TypeParam> dead({-1, -1}, {0, 0}, 1);
  dead.alive = {1, 0};
  dead.measured(Activation::Relu, 0);
  EXPECT_EQ(dead.alive, (std::vector<std::uint8_t>{1, 0}));
}

TYPED_TEST(activation_kernels, nearly_constant_activations_keep_their_variance) {
  // a = 1/2 + z/4 here: the deviations are 2^-12, exactly, up to z^3/48 relative 2^-22.
  Layer<TypeParam> layer(std::vector<TypeParam>(1000, TypeParam(0x1p-10)),
                         std::vector<TypeParam>(1000, 0), 1);
  const ActivationSums sums = layer.measured(Activation::Sigmoid, 0);
  const double rounding = sizeof(TypeParam) == 4 ? 0x1p-24 : 1e-15;  // of a, absolute
  EXPECT_NEAR(sums.deviation / 1000, 0x1p-12, 2 * rounding + 0x1p-34);
  EXPECT_NEAR(sums.deviation_squared / 1000, 0x1p-24, 0x1p-11 * (2 * rounding + 0x1p-34));
}

TYPED_TEST(activation_kernels, have_the_same_bits_on_every_thread) {
  const auto input = ordinary_layer<TypeParam>(17, 1100, 3);
  for (const Activation f : all_activations()) {
    Layer<TypeParam> here = input;
    const ActivationSums sums = here.measured(f, TypeParam(0.1));
    const auto run = [&] {
      Layer<TypeParam> work = input;
      const ActivationSums result = work.measured(f, TypeParam(0.1));
      return std::pair(work.a, result.deviation_squared);
    };
    for (const auto& [a, squared] : on_three_threads(run)) {
      expect_same_bits(a, here.a);
      EXPECT_EQ(bits(squared), bits(sums.deviation_squared));
    }
  }
}

}  // namespace
}  // namespace plumb::math
