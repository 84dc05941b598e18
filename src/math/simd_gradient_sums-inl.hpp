// The sums over a gradient, shared by the updates that measure and by gradient_sums.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_GRADIENT_SUMS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_GRADIENT_SUMS_INL_HPP
#undef PLUMB_MATH_SIMD_GRADIENT_SUMS_INL_HPP
#else
#define PLUMB_MATH_SIMD_GRADIENT_SUMS_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "math/entry_counts.hpp"
#include "math/simd_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// Entries between two looks at the integer statistics; a multiple of kGroup.
inline constexpr std::size_t kBlock = 4096;
static_assert(kBlock % kGroup == 0);

template <class T>
using Bits = hwy::MakeSigned<T>;
template <class T>
using BitsTag = hn::RebindToSigned<Tag<T>>;

/// What one pass over a block of gradients keeps. Sizes are compared as integers, which order like
/// the floating-point numbers, infinity and NaN last.
template <class T>
class GradientLanes {
 public:
  GradientLanes() : largest_(hn::Zero(BitsTag<T>())) {}
  /// The v-th vector of a group, found at g.
  HWY_INLINE void add(std::size_t v, const T* g) {
    const Tag<T> d;
    squares_.add(v, g);
    const auto x = hn::LoadU(d, g);
    largest_ = hn::Max(largest_, hn::BitCast(BitsTag<T>(), hn::Abs(x)));
    zero_ += hn::CountTrue(d, hn::Eq(x, hn::Zero(d)));
  }
  /// Hands over largest and zero of the block's whole groups, all that was added since the last
  /// call.
  void count_block(std::span<const T> whole_groups, EntryCounts& counts) {
    const BitsTag<T> di;
    counts.add_sizes(whole_groups, hn::GetLane(hn::MaxOfLanes(di, largest_)));
    counts.zero += static_cast<std::int64_t>(std::exchange(zero_, 0));
    largest_ = hn::Zero(di);
  }
  [[nodiscard]] SquareSum total() const { return squares_.total(); }

 private:
  SquareLanes<T> squares_;
  hn::Vec<BitsTag<T>> largest_;
  std::size_t zero_ = 0;
};

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
