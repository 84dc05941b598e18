#include "math/vector_kernels.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class vector_kernels : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(vector_kernels, Numbers);

TYPED_TEST(vector_kernels, add_equals_the_reference) {
  on_every_instruction_set([] {
    for (const std::size_t n : kAwkwardSizes) {
      const auto x = extreme_values<TypeParam>(n, 1, true);
      auto y = extreme_values<TypeParam>(n, 2, true);
      auto expected = y;
      add<TypeParam>(x, y);
      reference::add<TypeParam>(x, expected);
      expect_same_bits(y, expected);
    }
  });
}

template <class T>
struct DeltaCase {
  std::vector<T> derivative, delta, bias_gradient;
  std::size_t rows, units;

  DeltaCase(std::size_t row_count, std::size_t unit_count, bool extreme)
      : derivative(extreme ? extreme_values<T>(row_count * unit_count, 3, true)
                           : normals<T>(row_count * unit_count, 3)),
        delta(extreme ? extreme_values<T>(row_count * unit_count, 4, true)
                      : normals<T>(row_count * unit_count, 4)),
        bias_gradient(unit_count, T{-99}),
        rows(row_count),
        units(unit_count) {}
};

template <class T>
void compare_delta_kernels(std::size_t rows, std::size_t units, bool extreme) {
  SCOPED_TRACE(::testing::Message() << rows << " x " << units << " extreme " << extreme);
  DeltaCase<T> fast(rows, units, extreme);
  DeltaCase<T> plain = fast;
  const T scale = T{1} / T{3};
  const std::size_t n = rows * units;
  expect_same_sum(
      sum_delta<T>(matrix(fast.delta, rows, units), scale, fast.bias_gradient),
      reference::sum_delta<T>(matrix(plain.delta, rows, units), scale, plain.bias_gradient), n);
  expect_same_bits(fast.bias_gradient, plain.bias_gradient);
  expect_same_sum(scale_delta<T>(matrix(fast.derivative, rows, units), scale,
                                 matrix(fast.delta, rows, units), fast.bias_gradient),
                  reference::scale_delta<T>(matrix(plain.derivative, rows, units), scale,
                                            matrix(plain.delta, rows, units), plain.bias_gradient),
                  n);
  expect_same_bits(fast.delta, plain.delta);
  expect_same_bits(fast.bias_gradient, plain.bias_gradient);
}

TYPED_TEST(vector_kernels, delta_kernels_equal_their_references) {
  on_every_instruction_set([] {
    for (const std::size_t units : kAwkwardSizes) {
      for (const std::size_t rows : {0, 1, 2, 5}) {
        compare_delta_kernels<TypeParam>(rows, units, false);
        compare_delta_kernels<TypeParam>(rows, units, true);
      }
    }
  });
}

TYPED_TEST(vector_kernels, scale_delta_by_hand) {
  const std::vector<TypeParam> derivative{1, 2, 3, 0, 5, 6};
  std::vector<TypeParam> delta{1, -1, 2, 7, 1, 1};
  std::vector<TypeParam> bias_gradient(3);
  const SquareSum sum = scale_delta<TypeParam>(matrix(derivative, 2, 3), TypeParam{0.5},
                                               matrix(delta, 2, 3), bias_gradient);
  EXPECT_EQ(delta, (std::vector<TypeParam>{1, -2, 6, 0, 5, 6}));
  EXPECT_EQ(bias_gradient, (std::vector<TypeParam>{0.5, 1.5, 6}));
  EXPECT_EQ(sum.medium, 1 + 4 + 36 + 25 + 36);
}

TYPED_TEST(vector_kernels, delta_sums_have_the_same_bits_everywhere) {
  const DeltaCase<TypeParam> input(31, 257, false);
  const auto run = [&] {
    DeltaCase<TypeParam> work = input;
    return scale_delta<TypeParam>(matrix(work.derivative, work.rows, work.units), TypeParam{1},
                                  matrix(work.delta, work.rows, work.units), work.bias_gradient);
  };
  const SquareSum here = run();
  for (const SquareSum& sum : on_three_threads(run)) expect_same_bits(sum, here);
  on_every_instruction_set([&] { expect_same_bits(run(), here); });
}

TYPED_TEST(vector_kernels, denormal_deltas_stay_denormal) {
  on_every_instruction_set([] {
    const TypeParam smallest = std::numeric_limits<TypeParam>::denorm_min();
    std::vector<TypeParam> delta(33, 8 * smallest);
    const std::vector<TypeParam> derivative(33, TypeParam{0.25});
    std::vector<TypeParam> bias_gradient(33);
    const SquareSum sum = scale_delta<TypeParam>(matrix(derivative, 1, 33), TypeParam{1},
                                                 matrix(delta, 1, 33), bias_gradient);
    EXPECT_EQ(delta, std::vector<TypeParam>(33, 2 * smallest));
    EXPECT_EQ(bias_gradient, delta);
    EXPECT_DOUBLE_EQ(sum.scaled_norm(1.0 / 33), 2 * static_cast<double>(smallest));
  });
}

}  // namespace
}  // namespace plumb::math
