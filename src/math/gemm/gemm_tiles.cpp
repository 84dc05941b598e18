#include "math/gemm/gemm_tiles.hpp"

#include <cblas.h>

#include <algorithm>
#include <string_view>

namespace plumb::math {
namespace {

bool find_small_matrix_path() noexcept {
  const std::string_view kernel_set = openblas_get_corename();
  return kernel_set == "SkylakeX" || kernel_set == "Cooperlake" || kernel_set == "SapphireRapids";
}

bool has_small_matrix_path() noexcept {
  static const bool found = find_small_matrix_path();
  return found;
}

/// n in as few parts of at most `most` as possible, equal but for rounding up to a vector.
std::size_t balanced(std::size_t n, std::size_t most) noexcept {
  if (n <= most) return n;
  constexpr std::size_t kVector = 16;
  const std::size_t parts = (n + most - 1) / most;
  return ((n + parts - 1) / parts + kVector - 1) / kVector * kVector;
}

GemmShape cut(const GemmShape& shape, const GemmShape& most) noexcept {
  return {balanced(shape.m, most.m), balanced(shape.n, most.n), balanced(shape.k, most.k)};
}

// Below, the numbers are from timings of layers of 128 to 1024 units with 16 to 512 samples.
constexpr std::size_t kFew = 32;

bool packing_wins(const GemmShape& s) noexcept {
  return std::min(s.m, s.k) >= 128 && s.m * s.n * s.k >= std::size_t{1} << 27;
}

/// Forward: long rows of b, the weights, keep the prefetchers busy.
GemmShape forward_tile(const GemmShape& s) noexcept {
  if (s.n <= kFew) return cut(s, {64, kFew, 256});
  return s.n <= 128 ? cut(s, {64, 128, 112}) : cut(s, {16, 1024, 48});
}

}  // namespace

GemmShape gemm_tile(Op op_a, Op op_b, const GemmShape& shape) noexcept {
  if (!has_small_matrix_path() || std::min(shape.n, shape.k) < 16) return shape;
  if (op_b == Op::Transpose) {
    // OpenBLAS allows m n <= 1200 and k >= 32 here; both transposed is not a product of layers.
    const bool whole = op_a == Op::Transpose || std::min(shape.n, shape.k) < kFew || shape.m >= 256;
    return whole ? shape : cut(shape, {32, 32, 512});
  }
  if (packing_wins(shape)) return shape;
  if (op_a == Op::None) return forward_tile(shape);
  return shape.k <= 64 ? cut(shape, {48, 256, 64}) : cut(shape, {48, 128, 128});
}

bool transposing_wins(Op op_a, Op op_b, const GemmShape& s, std::size_t element_bytes) noexcept {
  return has_small_matrix_path() && op_a == Op::None && op_b == Op::Transpose && s.m > 16 &&
         s.m * element_bytes < 1024 && std::min(s.n, s.k) >= kFew;
}

}  // namespace plumb::math
