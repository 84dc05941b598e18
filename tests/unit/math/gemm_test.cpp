#include "math/gemm/gemm.hpp"

#include <stdexcept>
#include <string>

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

struct Shape {
  std::size_t m, n, k;
};

template <class T>
struct Product {
  Op op_a, op_b;
  Shape shape;
  std::vector<T> a, b, c;

  Product(Op op_left, Op op_right, Shape s)
      : op_a(op_left),
        op_b(op_right),
        shape(s),
        a(normals<T>(s.m * s.k, 1)),
        b(normals<T>(s.k * s.n, 2)),
        c(normals<T>(s.m * s.n, 3)) {}

  core::MatrixView<const T> view_a() const {
    return op_a == Op::Transpose ? matrix<T>(a, shape.k, shape.m) : matrix<T>(a, shape.m, shape.k);
  }
  core::MatrixView<const T> view_b() const {
    return op_b == Op::Transpose ? matrix<T>(b, shape.n, shape.k) : matrix<T>(b, shape.k, shape.n);
  }
  void fast(T alpha, T beta) {
    gemm<T>(op_a, op_b, alpha, view_a(), view_b(), beta, matrix(c, shape.m, shape.n));
  }
  void plain(T alpha, T beta) {
    reference::gemm<T>(op_a, op_b, alpha, view_a(), view_b(), beta, matrix(c, shape.m, shape.n));
  }
};

double norm_of(const auto& x, std::size_t first, std::size_t stride, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += static_cast<double>(x[first + i * stride]) * static_cast<double>(x[first + i * stride]);
  }
  return std::sqrt(sum);
}

/// A dot product of length k, whatever the order of its sum, is within k * eps * |row| |column|
/// of the exact one (Cauchy-Schwarz; Higham 2002, section 3.1), and beta * c adds eps * |c|.
template <class T>
void compare_with_twin(Op op_a, Op op_b, Shape s, T beta) {
  SCOPED_TRACE(::testing::Message()
               << s.m << " " << s.n << " " << s.k << " transposed " << (op_a == Op::Transpose)
               << (op_b == Op::Transpose) << " beta " << beta);
  Product<T> fast(op_a, op_b, s);
  Product<T> plain = fast;
  fast.fast(T{0.5}, beta);
  plain.plain(T{0.5}, beta);
  const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (std::size_t i = 0; i < s.m; ++i) {
    for (std::size_t j = 0; j < s.n; ++j) {
      const double row =
          op_a == Op::Transpose ? norm_of(plain.a, i, s.m, s.k) : norm_of(plain.a, i * s.k, 1, s.k);
      const double column =
          op_b == Op::Transpose ? norm_of(plain.b, j * s.k, 1, s.k) : norm_of(plain.b, j, s.n, s.k);
      const double tolerance = epsilon * (static_cast<double>(s.k) * row * column + 4);
      ASSERT_NEAR(fast.c[i * s.n + j], plain.c[i * s.n + j], tolerance) << i << ", " << j;
    }
  }
}

template <class T>
class gemm_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(gemm_of, Numbers);

constexpr Op kOps[] = {Op::None, Op::Transpose};

TYPED_TEST(gemm_of, equals_the_reference_at_every_transposition) {
  constexpr Shape shapes[] = {{1, 1, 1},    {1, 7, 3},     {5, 1, 2},    {2, 3, 1},
                              {5, 5, 5},    {17, 33, 31},  {16, 64, 64}, {32, 100, 65},
                              {63, 96, 64}, {64, 127, 33}, {1, 300, 40}, {300, 1, 40}};
  for (const Shape& s : shapes) {
    for (const Op op_a : kOps) {
      for (const Op op_b : kOps) {
        for (const TypeParam beta : {TypeParam{0}, TypeParam{1}, TypeParam{-0.5}}) {
          compare_with_twin<TypeParam>(op_a, op_b, s, beta);
        }
      }
    }
  }
}

// The three products of a layer, forward NN, input gradient NT and weight gradient TN, for
// common slices; big enough for every way of cutting a product.
TYPED_TEST(gemm_of, equals_the_reference_at_the_shapes_of_layers) {
  for (const std::size_t samples : {1, 16, 30, 32, 64, 128}) {
    for (const auto& [fan_in, fan_out] : {std::pair<std::size_t, std::size_t>{128, 128},
                                          {256, 256},
                                          {200, 300},
                                          {784, 30},
                                          {784, 256},
                                          {256, 10}}) {
      compare_with_twin<TypeParam>(Op::None, Op::None, {samples, fan_out, fan_in}, 0);
      compare_with_twin<TypeParam>(Op::None, Op::Transpose, {samples, fan_in, fan_out}, 0);
      compare_with_twin<TypeParam>(Op::Transpose, Op::None, {fan_in, fan_out, samples}, 0);
    }
  }
}

TYPED_TEST(gemm_of, equals_the_reference_when_every_dimension_is_cut_unevenly) {
  for (const Op op_a : kOps) {
    for (const Op op_b : kOps) {
      compare_with_twin<TypeParam>(op_a, op_b, {70, 1100, 130}, 1);
      compare_with_twin<TypeParam>(op_a, op_b, {33, 97, 1030}, 0);
    }
  }
}

TYPED_TEST(gemm_of, by_hand) {
  const std::vector<TypeParam> a{1, 2, 3, 4, 5, 6};  // (2, 3)
  const std::vector<TypeParam> b{1, 0, 0, 1, 1, 1};  // (3, 2)
  std::vector<TypeParam> c{10, 10, 10, 10};
  gemm<TypeParam>(Op::None, Op::None, 2, matrix(a, 2, 3), matrix(b, 3, 2), 1, matrix(c, 2, 2));
  EXPECT_EQ(c, (std::vector<TypeParam>{18, 20, 30, 32}));
  gemm<TypeParam>(Op::Transpose, Op::Transpose, 1, matrix(a, 3, 2), matrix(b, 2, 3), 0,
                  matrix(c, 2, 2));
  // a^T = (1 3 5; 2 4 6), b^T = (1 1; 0 1; 0 1).
  EXPECT_EQ(c, (std::vector<TypeParam>{1, 9, 2, 12}));
}

TYPED_TEST(gemm_of, does_not_read_the_result_when_beta_is_zero) {
  for (const Shape& s : {Shape{3, 5, 4}, Shape{64, 256, 256}, Shape{256, 256, 32}}) {
    for (const Op op_a : kOps) {
      for (const Op op_b : kOps) {
        Product<TypeParam> product(op_a, op_b, s);
        product.c.assign(product.c.size(), std::numeric_limits<TypeParam>::quiet_NaN());
        product.fast(1, 0);
        for (const TypeParam x : product.c) ASSERT_TRUE(std::isfinite(x));
      }
    }
  }
}

TYPED_TEST(gemm_of, an_empty_inner_dimension_leaves_beta_times_the_result) {
  std::vector<TypeParam> c{1, 2, 3, std::numeric_limits<TypeParam>::quiet_NaN()};
  const core::MatrixView<const TypeParam> a{nullptr, 2, 0};
  const core::MatrixView<const TypeParam> b{nullptr, 0, 2};
  gemm<TypeParam>(Op::None, Op::None, 1, a, b, 2, matrix(c, 2, 2));
  EXPECT_EQ(c[2], 6);
  gemm<TypeParam>(Op::None, Op::None, 1, a, b, 0, matrix(c, 2, 2));
  EXPECT_EQ(c, std::vector<TypeParam>(4, 0));
  gemm<TypeParam>(Op::None, Op::None, 1, b, {nullptr, 2, 0}, 0, {nullptr, 0, 0});
}

TYPED_TEST(gemm_of, names_shapes_that_do_not_fit) {
  std::vector<TypeParam> x(64);
  try {
    gemm<TypeParam>(Op::Transpose, Op::None, 1, matrix<TypeParam>(std::as_const(x), 2, 3),
                    matrix<TypeParam>(std::as_const(x), 4, 5), 0, matrix(x, 3, 5));
    FAIL() << "(2, 3) transposed times (4, 5) was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()), "gemm: (2, 3) transposed times (4, 5) is not (3, 5)");
  }
  EXPECT_THROW(gemm<TypeParam>(Op::None, Op::None, 1, matrix<TypeParam>(std::as_const(x), 2, 3),
                               matrix<TypeParam>(std::as_const(x), 3, 5), 0, matrix(x, 2, 4)),
               std::invalid_argument);
}

TYPED_TEST(gemm_of, has_the_same_bits_twice_and_on_every_thread) {
  for (const Shape& s : {Shape{64, 256, 256}, Shape{33, 100, 784}, Shape{256, 256, 32}}) {
    for (const Op op_a : kOps) {
      for (const Op op_b : kOps) {
        const auto run = [&] {
          Product<TypeParam> product(op_a, op_b, s);
          product.fast(1, 1);
          return product.c;
        };
        const auto here = run();
        for (const auto& c : on_three_threads(run)) expect_same_bits(c, here);
      }
    }
  }
}

}  // namespace
}  // namespace plumb::math
