// One pass over parameters that takes an optimizer's step and, when asked, its sums. What an
// optimizer brings is its Step:
//   apply(g, states, w)  the new weights; loads and stores the states, which are numbers kept per
//                        parameter between steps
//   kPadding             states with which a weight and a gradient of zero stay zero
// Per-target header (see Highway's foreach_target.h): no #pragma once.
#if defined(PLUMB_MATH_SIMD_UPDATE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef PLUMB_MATH_SIMD_UPDATE_INL_HPP
#undef PLUMB_MATH_SIMD_UPDATE_INL_HPP
#else
#define PLUMB_MATH_SIMD_UPDATE_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <utility>

#include "math/simd_gradient_sums-inl.hpp"
#include "math/vector_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {

/// Where each of the states kept for some parameters begins.
template <class T, std::size_t kStates>
using States = std::array<T*, kStates>;

template <class T>
struct Unmeasured {
  HWY_INLINE void add_before(std::size_t, const T*, const T*) {}
  HWY_INLINE void add_change(std::size_t, Vector<T>, Vector<T>) {}
};

/// What one pass over a block keeps.
template <class T>
class Measured {
 public:
  /// The v-th vector of a group: gradients and weights before the step.
  HWY_INLINE void add_before(std::size_t v, const T* g, const T* w) {
    gradient.add(v, g);
    weight.add(v, w);
  }
  /// The difference is taken in T: exact unless a step changes a weight by half of it or more.
  HWY_INLINE void add_change(std::size_t v, Vector<T> before, Vector<T> after) {
    const BitsTag<T> di;
    alignas(64) T differences[kLanes<T>];
    hn::Store(hn::Sub(after, before), Tag<T>(), differences);
    change.add(v, differences);
    unchanged += hn::CountTrue(di, hn::Eq(hn::BitCast(di, before), hn::BitCast(di, after)));
  }

  GradientLanes<T> gradient;
  SquareLanes<T> weight;
  SquareLanes<T> change;
  std::size_t unchanged = 0;
};

/// Some parameters, and what their step needs.
template <class T, std::size_t kStates>
struct Entries {
  const T* gradient;
  States<T, kStates> states;
  T* weights;
  std::size_t count;

  [[nodiscard]] Entries part(std::size_t begin, std::size_t most) const {
    Entries result{gradient + begin, states, weights + begin, std::min(most, count - begin)};
    for (T*& state : result.states) state += begin;
    return result;
  }
  [[nodiscard]] std::size_t whole_groups() const { return count / kGroup * kGroup; }
};

template <class Step, class T, std::size_t kStates, class Statistics>
HWY_INLINE void update_vector(const Step& step, const Entries<T, kStates>& x, std::size_t i,
                              std::size_t v, Statistics& statistics) {
  const Tag<T> d;
  States<T, kStates> states = x.states;
  for (T*& state : states) state += i;
  const auto before = hn::LoadU(d, x.weights + i);
  const auto after = step.apply(hn::LoadU(d, x.gradient + i), states, before);
  statistics.add_before(v, x.gradient + i, x.weights + i);
  hn::StoreU(after, d, x.weights + i);
  statistics.add_change(v, before, after);
}

/// Whole groups. The statistics are worked on in a copy, so that the compiler keeps them in
/// registers across the stores to weights.
template <class Step, class T, std::size_t kStates, class Statistics>
HWY_NOINLINE void update_groups(const Step& step, const Entries<T, kStates>& entries,
                                Statistics& statistics) {
  const Step local_step = step;
  const Entries<T, kStates> x = entries;
  Statistics local = statistics;
  for_each_group(x.count, [&](std::size_t i) HWY_ATTR {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kVectors<T>; ++v) {
      update_vector(local_step, x, i + v * kLanes<T>, v, local);
    }
  });
  statistics = local;
}

/// A partial group, padded with gradients and weights of zero, which add nothing to the squares.
/// Returns the weights before.
template <class Step, class T, std::size_t kStates, class Statistics>
Padded<T> update_rest(const Step& step, const Entries<T, kStates>& x, Statistics& statistics) {
  const Padded<T> gradient(x.gradient, x.count);
  const Padded<T> before(x.weights, x.count);
  Padded<T> after = before;
  std::array<Padded<T>, kStates> kept;
  Entries<T, kStates> padded{gradient.values, {}, after.values, kGroup};
  for (std::size_t s = 0; s < kStates; ++s) {
    kept[s] = Padded<T>(x.states[s], x.count, Step::kPadding[s]);
    padded.states[s] = kept[s].values;
  }
  update_groups(step, padded, statistics);
  for (std::size_t s = 0; s < kStates; ++s) kept[s].store(x.states[s], x.count);
  after.store(x.weights, x.count);
  return before;
}

template <class Step, class T, std::size_t kStates>
void update(const Step& step, const Entries<T, kStates>& all) {
  Unmeasured<T> none;
  update_groups(step, all, none);
  const std::size_t whole = all.whole_groups();
  if (whole < all.count) update_rest(step, all.part(whole, kGroup), none);
}

template <class Step, class T, std::size_t kStates>
void measure_block(const Step& step, const Entries<T, kStates>& block, Measured<T>& statistics,
                   EntryCounts& counts) {
  const std::size_t whole = block.whole_groups();
  update_groups(step, block, statistics);
  statistics.gradient.count_block(std::span(block.gradient, whole), counts);
  counts.unchanged += static_cast<std::int64_t>(std::exchange(statistics.unchanged, 0));
  if (whole == block.count) return;
  // The padding would be counted too, so the rest is counted entry by entry.
  const Entries<T, kStates> rest = block.part(whole, kGroup);
  const Padded<T> before = update_rest(step, rest, statistics);
  counts.add_entries(std::span(rest.gradient, rest.count), before.values, rest.weights);
}

template <class Step, class T, std::size_t kStates>
UpdateSums update_measured(const Step& step, const Entries<T, kStates>& all) {
  Measured<T> statistics;
  EntryCounts counts;
  for (std::size_t begin = 0; begin < all.count; begin += kBlock) {
    measure_block(step, all.part(begin, kBlock), statistics, counts);
  }
  return {.gradient = statistics.gradient.total(),
          .weight_before = statistics.weight.total(),
          .change = statistics.change.total(),
          .gradient_max = counts.largest,
          .zero = counts.zero,
          .nonfinite = counts.nonfinite,
          .unchanged = counts.unchanged};
}

}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
