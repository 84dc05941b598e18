// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/sgd_update.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <utility>

#include "math/entry_counts.hpp"
#include "math/simd_lanes-inl.hpp"
#include "math/vector_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// Entries between two looks at the integer statistics; a multiple of kGroup.
constexpr std::size_t kBlock = 4096;

template <class T>
using Bits = hwy::MakeSigned<T>;
template <class T>
using BitsTag = hn::RebindToSigned<Tag<T>>;

/// The step itself, in separate multiplications and additions: a fused one would round
/// differently on a CPU without it, and ranks on mixed nodes must keep the same weights.
template <class T>
struct Step {
  explicit Step(const SgdCoefficients<T>& c)
      : learning_rate(hn::Set(Tag<T>(), c.learning_rate)),
        momentum(hn::Set(Tag<T>(), c.momentum)),
        weight_decay(hn::Set(Tag<T>(), c.weight_decay)) {}

  /// Returns the new weights. velocity may be null.
  HWY_INLINE Vector<T> apply(Vector<T> g, T* velocity, Vector<T> w) const {
    const Tag<T> d;
    auto v = hn::Add(g, hn::Mul(weight_decay, w));
    if (velocity != nullptr) {
      v = hn::Add(hn::Mul(momentum, hn::LoadU(d, velocity)), v);
      hn::StoreU(v, d, velocity);
    }
    return hn::Sub(w, hn::Mul(learning_rate, v));
  }

  Vector<T> learning_rate;
  Vector<T> momentum;
  Vector<T> weight_decay;
};

template <class T>
struct Unmeasured {
  HWY_INLINE void add_before(std::size_t, const T*, const T*) {}
  HWY_INLINE void add_change(std::size_t, Vector<T>, Vector<T>) {}
};

/// What one pass over a block keeps besides the squares. Sizes are compared as integers, which
/// order like the floating-point numbers, infinity and not-a-number last.
template <class T>
class Measured {
 public:
  Measured() : largest(hn::Zero(BitsTag<T>())) {}
  /// The v-th vector of a group: gradients and weights before the step.
  HWY_INLINE void add_before(std::size_t v, const T* g, const T* w) {
    const Tag<T> d;
    gradient.add(v, g);
    weight.add(v, w);
    const auto x = hn::LoadU(d, g);
    largest = hn::Max(largest, hn::BitCast(BitsTag<T>(), hn::Abs(x)));
    zero += hn::CountTrue(d, hn::Eq(x, hn::Zero(d)));
  }
  HWY_INLINE void add_change(std::size_t v, Vector<T> before, Vector<T> after) {
    const BitsTag<T> di;
    alignas(64) T differences[kLanes<T>];
    hn::Store(hn::Sub(after, before), Tag<T>(), differences);
    change.add(v, differences);
    unchanged += hn::CountTrue(di, hn::Eq(hn::BitCast(di, before), hn::BitCast(di, after)));
  }
  /// Bits of the largest |g| since the last call.
  Bits<T> take_largest() {
    const BitsTag<T> di;
    const Bits<T> result = hn::GetLane(hn::MaxOfLanes(di, largest));
    largest = hn::Zero(di);
    return result;
  }

  SquareLanes<T> gradient;
  SquareLanes<T> weight;
  SquareLanes<T> change;
  hn::Vec<BitsTag<T>> largest;
  std::size_t zero = 0;
  std::size_t unchanged = 0;
};

template <bool kMomentum, class T, class Statistics>
HWY_INLINE void update_group(const Step<T>& step, const T* gradient, T* velocity, T* weights,
                             Statistics& statistics) {
  const Tag<T> d;
  HWY_UNROLL(8)
  for (std::size_t v = 0; v < kVectors<T>; ++v) {
    const std::size_t i = v * kLanes<T>;
    const auto g = hn::LoadU(d, gradient + i);
    const auto before = hn::LoadU(d, weights + i);
    const auto after = step.apply(g, kMomentum ? velocity + i : nullptr, before);
    statistics.add_before(v, gradient + i, weights + i);
    hn::StoreU(after, d, weights + i);
    statistics.add_change(v, before, after);
  }
}

/// Whole groups of n entries; returns where the rest begins. The statistics are worked on in a
/// copy, so that the compiler keeps them in registers across the stores to weights.
template <bool kMomentum, class T, class Statistics>
std::size_t update_groups(const Step<T>& step, const T* gradient, T* velocity, T* weights,
                          std::size_t n, Statistics& statistics) {
  Statistics local = statistics;
  const std::size_t rest = for_each_group(n, [&](std::size_t i) HWY_ATTR {
    update_group<kMomentum>(step, gradient + i, kMomentum ? velocity + i : nullptr, weights + i,
                            local);
  });
  statistics = local;
  return rest;
}

/// The last, partial group, padded with zeros, which add nothing to the squares. Returns the
/// weights before.
template <class T, class Statistics>
Padded<T> update_tail(const Step<T>& step, const T* gradient, T* velocity, T* weights,
                      std::size_t count, Statistics& statistics) {
  const Padded<T> g(gradient, count);
  const Padded<T> before(weights, count);
  Padded<T> after = before;
  if (velocity != nullptr) {
    Padded<T> v(velocity, count);
    update_group<true>(step, g.values, v.values, after.values, statistics);
    v.store(velocity, count);
  } else {
    update_group<false, T>(step, g.values, nullptr, after.values, statistics);
  }
  after.store(weights, count);
  return before;
}

/// The block of entries that starts at `begin`; rest: where its partial group starts, if any.
template <class T>
struct Block {
  Block(std::span<const T> gradients, std::span<T> velocities, std::span<T> all_weights,
        std::size_t begin, std::size_t most)
      : gradient(gradients.subspan(begin, std::min(most, gradients.size() - begin))),
        velocity(velocities.empty() ? nullptr : velocities.data() + begin),
        weights(all_weights.data() + begin) {}

  template <class Statistics>
  std::size_t update_whole_groups(const Step<T>& step, Statistics& statistics) const {
    const std::size_t n = gradient.size();
    return velocity != nullptr
               ? update_groups<true>(step, gradient.data(), velocity, weights, n, statistics)
               : update_groups<false>(step, gradient.data(), velocity, weights, n, statistics);
  }
  template <class Statistics>
  Padded<T> update_rest(const Step<T>& step, std::size_t rest, Statistics& statistics) const {
    return update_tail(step, gradient.data() + rest,
                       velocity != nullptr ? velocity + rest : nullptr, weights + rest,
                       gradient.size() - rest, statistics);
  }

  std::span<const T> gradient;
  T* velocity;  // null without momentum
  T* weights;
};

template <class T>
void update(const SgdCoefficients<T>& c, std::span<const T> gradient, std::span<T> velocity,
            std::span<T> weights) {
  const Step<T> step(c);
  const Block<T> all(gradient, velocity, weights, 0, gradient.size());
  Unmeasured<T> none;
  const std::size_t rest = all.update_whole_groups(step, none);
  if (rest < gradient.size()) all.update_rest(step, rest, none);
}

template <class T>
void measure_block(const Step<T>& step, const Block<T>& block, Measured<T>& statistics,
                   EntryCounts& counts) {
  const std::size_t rest = block.update_whole_groups(step, statistics);
  counts.add_sizes(block.gradient.first(rest), statistics.take_largest());
  counts.zero += static_cast<std::int64_t>(std::exchange(statistics.zero, 0));
  counts.unchanged += static_cast<std::int64_t>(std::exchange(statistics.unchanged, 0));
  if (rest == block.gradient.size()) return;
  // The padding would be counted too, so the rest is counted entry by entry.
  const Padded<T> before = block.update_rest(step, rest, statistics);
  counts.add_entries(block.gradient.subspan(rest), before.values, block.weights + rest);
}

template <class T>
UpdateSums update_measured(const SgdCoefficients<T>& c, std::span<const T> gradient,
                           std::span<T> velocity, std::span<T> weights) {
  const Step<T> step(c);
  Measured<T> statistics;
  EntryCounts counts;
  for (std::size_t begin = 0; begin < gradient.size(); begin += kBlock) {
    measure_block(step, Block<T>(gradient, velocity, weights, begin, kBlock), statistics, counts);
  }
  return {.gradient = statistics.gradient.total(),
          .weight_before = statistics.weight.total(),
          .change = statistics.change.total(),
          .gradient_max = counts.largest,
          .zero = counts.zero,
          .nonfinite = counts.nonfinite,
          .unchanged = counts.unchanged};
}

void update_float(const SgdCoefficients<float>& c, std::span<const float> gradient,
                  std::span<float> velocity, std::span<float> weights) {
  update(c, gradient, velocity, weights);
}
void update_double(const SgdCoefficients<double>& c, std::span<const double> gradient,
                   std::span<double> velocity, std::span<double> weights) {
  update(c, gradient, velocity, weights);
}
UpdateSums update_measured_float(const SgdCoefficients<float>& c, std::span<const float> gradient,
                                 std::span<float> velocity, std::span<float> weights) {
  return update_measured(c, gradient, velocity, weights);
}
UpdateSums update_measured_double(const SgdCoefficients<double>& c,
                                  std::span<const double> gradient, std::span<double> velocity,
                                  std::span<double> weights) {
  return update_measured(c, gradient, velocity, weights);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

UpdateSums& UpdateSums::operator+=(const UpdateSums& other) noexcept {
  gradient += other.gradient;
  weight_before += other.weight_before;
  change += other.change;
  gradient_max = std::max(gradient_max, other.gradient_max);
  zero += other.zero;
  nonfinite += other.nonfinite;
  unchanged += other.unchanged;
  return *this;
}

HWY_EXPORT(update_float);
HWY_EXPORT(update_double);
HWY_EXPORT(update_measured_float);
HWY_EXPORT(update_measured_double);

template <>
void sgd_update(const SgdCoefficients<float>& c, std::span<const float> gradient,
                std::span<float> velocity, std::span<float> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(update_float)(c, gradient, velocity, weights);
}
template <>
void sgd_update(const SgdCoefficients<double>& c, std::span<const double> gradient,
                std::span<double> velocity, std::span<double> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(update_double)(c, gradient, velocity, weights);
}
template <>
UpdateSums sgd_update_measured(const SgdCoefficients<float>& c, std::span<const float> gradient,
                               std::span<float> velocity, std::span<float> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(update_measured_float)(c, gradient, velocity, weights);
}
template <>
UpdateSums sgd_update_measured(const SgdCoefficients<double>& c, std::span<const double> gradient,
                               std::span<double> velocity, std::span<double> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(update_measured_double)(c, gradient, velocity, weights);
}

}  // namespace plumb::math
#endif
