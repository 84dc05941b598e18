#include "math/gemm/gemm.hpp"

#include <gtest/gtest.h>

namespace plumb::math {
namespace {

constexpr Op kOps[] = {Op::None, Op::Transpose};
constexpr std::size_t kSizes[] = {1, 10, 16, 30, 31, 32, 33, 64, 100, 128, 256, 784, 1024, 3000};

template <class Check>
void for_every_product(Check&& check) {
  for (const Op op_a : kOps) {
    for (const Op op_b : kOps) {
      for (const std::size_t m : kSizes) {
        for (const std::size_t n : kSizes) {
          for (const std::size_t k : kSizes) check(op_a, op_b, GemmShape{m, n, k});
        }
      }
    }
  }
}

TEST(gemm_tile, is_no_larger_than_the_product_and_never_empty) {
  for_every_product([](Op op_a, Op op_b, const GemmShape& s) {
    const GemmShape tile = gemm_tile(op_a, op_b, s);
    ASSERT_TRUE(tile.m > 0 && tile.n > 0 && tile.k > 0);
    ASSERT_TRUE(tile.m <= s.m && tile.n <= s.n && tile.k <= s.k);
  });
}

TEST(gemm_tile, fits_the_small_matrix_path_when_the_product_is_cut) {
  for_every_product([](Op op_a, Op op_b, const GemmShape& s) {
    const GemmShape tile = gemm_tile(op_a, op_b, s);
    const bool is_cut = tile.m != s.m || tile.n != s.n || tile.k != s.k;
    if (is_cut) {
      ASSERT_LE(tile.m * tile.n * tile.k, 1000000U);
    }
  });
}

TEST(gemm_tile, leaves_no_sliver_behind_equal_parts) {
  for_every_product([](Op op_a, Op op_b, const GemmShape& s) {
    const GemmShape tile = gemm_tile(op_a, op_b, s);
    // Parts are equal but for rounding up to 16, so each falls short by less than that.
    const std::size_t parts = (s.k + tile.k - 1) / tile.k;
    ASSERT_LT(parts * tile.k - s.k, 16 * parts);
  });
}

}  // namespace
}  // namespace plumb::math
