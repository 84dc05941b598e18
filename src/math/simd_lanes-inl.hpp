// Groups of kGroup elements and sums over them in kGroup virtual lanes: element i of a row always
// goes to lane i % kGroup, and the lanes are combined in one fixed order, so a sum has the same
// bits whatever the width of the instruction set.
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_LANES_INL_HPP
#undef PLUMB_MATH_SIMD_LANES_INL_HPP
#else
#define PLUMB_MATH_SIMD_LANES_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/accumulators.hpp"
#include "math/reductions.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::size_t kGroup = 16;

template <class T>
using Tag = hn::ScalableTag<T>;
template <class T>
using Vector = hn::Vec<Tag<T>>;
/// The vector of doubles that a vector of T becomes, in pieces.
using Wide = Tag<double>;
using WideVector = hn::Vec<Wide>;

template <class T>
inline constexpr std::size_t kLanes = hn::MaxLanes(Tag<T>());
/// Vectors of T in a group.
template <class T>
inline constexpr std::size_t kVectors = kGroup / kLanes<T>;
static_assert(kGroup % kLanes<float> == 0 && kGroup % kLanes<double> == 0);

/// Calls body(first) for every whole group of n elements; returns where the rest begins.
template <class Body>
HWY_INLINE std::size_t for_each_group(std::size_t n, Body&& body) {
  std::size_t i = 0;
  for (; i + kGroup <= n; i += kGroup) body(i);
  return i;
}

/// A last, partial group: its elements, then zeros or what is asked for.
template <class T>
struct Padded {
  alignas(64) T values[kGroup];

  Padded() : values{} {}
  Padded(const T* from, std::size_t count, T filling = T{0}) {
    std::fill(std::copy_n(from, count, values), values + kGroup, filling);
  }
  void store(T* to, std::size_t count) const { std::copy_n(values, count, to); }
};

/// Adds the lanes pairwise: 16 -> 8 -> 4 -> 2 -> 1.
inline double combine_lanes(const WideVector* lanes) {
  alignas(64) double sums[kGroup];
  for (std::size_t i = 0; i < kVectors<double>; ++i) {
    hn::Store(lanes[i], Wide(), sums + i * kLanes<double>);
  }
  for (std::size_t half = kGroup / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
  }
  return sums[0];
}

/// Calls body(i, x) with the v-th kLanes<T> elements of a group, found at p, as vectors of
/// doubles, i being the vector's place among the kVectors<double> of the group. Converting from
/// memory spares the shuffles that taking a register apart costs; p is in the first-level cache.
template <class T, class Body>
HWY_INLINE void for_each_wide(std::size_t v, const T* p, Body&& body) {
  constexpr std::size_t kPieces = kLanes<T> / kLanes<double>;
  HWY_UNROLL(2)
  for (std::size_t j = 0; j < kPieces; ++j) {
    const hn::Rebind<T, Wide> narrow;
    const auto piece = hn::LoadU(narrow, p + j * kLanes<double>);
    if constexpr (sizeof(T) == sizeof(double)) {
      body(v * kPieces + j, piece);
    } else {
      body(v * kPieces + j, hn::PromoteTo(Wide(), piece));
    }
  }
}

/// Sum of squares by Blue's bins. The square of a float is exact in double and neither underflows
/// nor overflows there, so floats need the medium bin only, and a fused multiply-add gives the
/// same bits as two operations.
template <class T>
class SquareLanes;

template <>
class SquareLanes<float> {
 public:
  SquareLanes() {
    for (auto& lane : medium_) lane = hn::Zero(Wide());
  }
  /// The v-th vector of a group, found at p.
  HWY_INLINE void add(std::size_t v, const float* p) {
    for_each_wide(v, p, [&](std::size_t i, WideVector wide) HWY_ATTR {
      medium_[i] = hn::MulAdd(wide, wide, medium_[i]);
    });
  }
  [[nodiscard]] SquareSum total() const { return {.medium = combine_lanes(medium_)}; }

 private:
  WideVector medium_[kVectors<double>];
};

/// Doubles: a vector of medium elements takes the short path. The long path adds a zero to the
/// bins an element does not belong to, which changes no bits.
template <>
class SquareLanes<double> {
 public:
  SquareLanes() {
    for (std::size_t i = 0; i < kVectors<double>; ++i) {
      small_[i] = medium_[i] = big_[i] = hn::Zero(Wide());
    }
  }
  HWY_INLINE void add(std::size_t v, const double* p) {
    const Wide d;
    const auto x = hn::LoadU(d, p);
    const auto size = hn::Abs(x);
    const auto is_medium = hn::And(hn::Ge(size, hn::Set(d, core::kBlueSmallest)),
                                   hn::Le(size, hn::Set(d, core::kBlueBiggest)));
    if (HWY_LIKELY(hn::AllTrue(d, is_medium))) {
      medium_[v] = hn::Add(medium_[v], hn::Mul(x, x));
    } else {
      add_binned(v, x, size);
    }
  }
  [[nodiscard]] SquareSum total() const {
    return {combine_lanes(small_), combine_lanes(medium_), combine_lanes(big_)};
  }

 private:
  void add_binned(std::size_t v, WideVector x, WideVector size) {
    const Wide d;
    const auto is_small = hn::Lt(size, hn::Set(d, core::kBlueSmallest));
    const auto is_big = hn::Gt(size, hn::Set(d, core::kBlueBiggest));
    const auto up = hn::Mul(x, hn::Set(d, core::kBlueScaleUp));
    const auto down = hn::Mul(x, hn::Set(d, core::kBlueScaleDown));
    // Not a number is neither small nor big, so it lands in the medium bin.
    const auto in_between = hn::IfThenZeroElse(hn::Or(is_small, is_big), x);
    small_[v] = hn::Add(small_[v], hn::IfThenElseZero(is_small, hn::Mul(up, up)));
    medium_[v] = hn::Add(medium_[v], hn::Mul(in_between, in_between));
    big_[v] = hn::Add(big_[v], hn::IfThenElseZero(is_big, hn::Mul(down, down)));
  }

  WideVector small_[kVectors<double>];
  WideVector medium_[kVectors<double>];
  WideVector big_[kVectors<double>];
};

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
