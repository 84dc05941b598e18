#include "math/orthogonal.hpp"

#include "math_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

struct Shape {
  std::size_t rows, cols;
};

std::vector<double> orthonormalised(const std::vector<double>& x, Shape shape) {
  std::vector<double> q = x;
  orthonormalise(matrix(q, shape.rows, shape.cols));
  return q;
}

/// Inner product of columns i and j, or of rows when rows < cols.
double inner(const std::vector<double>& q, Shape s, std::size_t i, std::size_t j) {
  double sum = 0;
  const bool tall = s.rows >= s.cols;
  for (std::size_t t = 0; t < std::max(s.rows, s.cols); ++t) {
    sum += tall ? q[t * s.cols + i] * q[t * s.cols + j] : q[i * s.cols + t] * q[j * s.cols + t];
  }
  return sum;
}

// Householder QR is orthonormal to a small multiple of n * eps = 300 * 2.2e-16 (Higham 2002,
// section 19.3); in practice far below 1e-13.
TEST(orthonormalise, gives_orthonormal_columns_or_rows) {
  for (const Shape s : {Shape{1, 1}, Shape{5, 5}, Shape{5, 3}, Shape{3, 5}, Shape{300, 128},
                        Shape{64, 200}, Shape{1, 9}, Shape{9, 1}}) {
    const auto q = orthonormalised(normals<double>(s.rows * s.cols, 11), s);
    for (std::size_t i = 0; i < std::min(s.rows, s.cols); ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        ASSERT_NEAR(inner(q, s, i, j), i == j ? 1 : 0, 1e-13) << s.rows << " x " << s.cols;
      }
    }
  }
}

// A = Q R with a positive diagonal of R = Q^T A; below the diagonal R vanishes.
TEST(orthonormalise, leaves_an_upper_triangle_with_positive_diagonal) {
  constexpr Shape s{40, 25};
  const auto a = normals<double>(s.rows * s.cols, 12);
  const auto q = orthonormalised(a, s);
  for (std::size_t i = 0; i < s.cols; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double r = 0;
      for (std::size_t t = 0; t < s.rows; ++t) r += q[t * s.cols + i] * a[t * s.cols + j];
      if (i == j) {
        ASSERT_GT(r, 0);
      } else {
        ASSERT_NEAR(r, 0, 1e-12);  // n * eps * |column of A|
      }
    }
  }
}

// Gram and Schmidt on (3, 4), (1, 0): (.6, .8) and (.8, -.6). LAPACK's reflections alone would
// give the negative of the first.
TEST(orthonormalise, by_hand) {
  const auto q = orthonormalised({3, 1, 4, 0}, {2, 2});
  EXPECT_NEAR(q[0], 0.6, 1e-15);
  EXPECT_NEAR(q[1], 0.8, 1e-15);
  EXPECT_NEAR(q[2], 0.8, 1e-15);
  EXPECT_NEAR(q[3], -0.6, 1e-15);
}

TEST(orthonormalise, a_wide_matrix_is_the_transpose_of_its_tall_twin) {
  const auto tall = normals<double>(12, 13);
  std::vector<double> wide(12);
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 3; ++c) wide[c * 4 + r] = tall[r * 3 + c];
  }
  const auto tall_q = orthonormalised(tall, {4, 3});
  const auto wide_q = orthonormalised(wide, {3, 4});
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(wide_q[c * 4 + r], tall_q[r * 3 + c]);
  }
}

TEST(orthonormalise, accepts_an_empty_matrix) { orthonormalise({nullptr, 0, 4}); }

}  // namespace
}  // namespace plumb::math
