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
  /// The difference is taken in T: exact unless a step changes a weight by half of it or more.
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

/// Some parameters, and what their step needs.
template <class T>
struct Entries {
  const T* gradient;
  T* velocity;  // null without momentum
  T* weights;
  std::size_t count;

  [[nodiscard]] Entries part(std::size_t begin, std::size_t most) const {
    return {gradient + begin, velocity != nullptr ? velocity + begin : nullptr, weights + begin,
            std::min(most, count - begin)};
  }
  [[nodiscard]] std::size_t whole_groups() const { return count / kGroup * kGroup; }
};

template <bool kMomentum, class T, class Statistics>
HWY_INLINE void update_vector(const Step<T>& step, const Entries<T>& x, std::size_t i,
                              std::size_t v, Statistics& statistics) {
  const Tag<T> d;
  const auto before = hn::LoadU(d, x.weights + i);
  const auto after =
      step.apply(hn::LoadU(d, x.gradient + i), kMomentum ? x.velocity + i : nullptr, before);
  statistics.add_before(v, x.gradient + i, x.weights + i);
  hn::StoreU(after, d, x.weights + i);
  statistics.add_change(v, before, after);
}

/// Whole groups. The statistics are worked on in a copy, so that the compiler keeps them in
/// registers across the stores to weights.
template <bool kMomentum, class T, class Statistics>
HWY_NOINLINE void update_groups(const Step<T>& step, const Entries<T>& entries,
                                Statistics& statistics) {
  const Step<T> local_step = step;
  const Entries<T> x = entries;
  Statistics local = statistics;
  for_each_group(x.count, [&](std::size_t i) HWY_ATTR {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kVectors<T>; ++v) {
      update_vector<kMomentum>(local_step, x, i + v * kLanes<T>, v, local);
    }
  });
  statistics = local;
}

template <class T, class Statistics>
void update_groups(const Step<T>& step, const Entries<T>& x, Statistics& statistics) {
  if (x.velocity != nullptr) {
    update_groups<true>(step, x, statistics);
  } else {
    update_groups<false>(step, x, statistics);
  }
}

/// A partial group, padded with zeros, which add nothing to the squares. Returns the weights
/// before.
template <class T, class Statistics>
Padded<T> update_rest(const Step<T>& step, const Entries<T>& x, Statistics& statistics) {
  const Padded<T> gradient(x.gradient, x.count);
  const Padded<T> before(x.weights, x.count);
  Padded<T> after = before;
  Padded<T> velocity;
  const bool momentum = x.velocity != nullptr;
  if (momentum) velocity = Padded<T>(x.velocity, x.count);
  const Entries<T> padded{gradient.values, momentum ? velocity.values : nullptr, after.values,
                          kGroup};
  update_groups(step, padded, statistics);
  if (momentum) velocity.store(x.velocity, x.count);
  after.store(x.weights, x.count);
  return before;
}

template <class T>
Entries<T> all_entries(std::span<const T> gradient, std::span<T> velocity, std::span<T> weights) {
  return {gradient.data(), velocity.empty() ? nullptr : velocity.data(), weights.data(),
          weights.size()};
}

template <class T>
void update(const SgdCoefficients<T>& c, std::span<const T> gradient, std::span<T> velocity,
            std::span<T> weights) {
  const Step<T> step(c);
  const Entries<T> all = all_entries(gradient, velocity, weights);
  Unmeasured<T> none;
  update_groups(step, all, none);
  const std::size_t whole = all.whole_groups();
  if (whole < all.count) update_rest(step, all.part(whole, kGroup), none);
}

template <class T>
void measure_block(const Step<T>& step, const Entries<T>& block, Measured<T>& statistics,
                   EntryCounts& counts) {
  const std::size_t whole = block.whole_groups();
  update_groups(step, block, statistics);
  counts.add_sizes(std::span(block.gradient, whole), statistics.take_largest());
  counts.zero += static_cast<std::int64_t>(std::exchange(statistics.zero, 0));
  counts.unchanged += static_cast<std::int64_t>(std::exchange(statistics.unchanged, 0));
  if (whole == block.count) return;
  // The padding would be counted too, so the rest is counted entry by entry.
  const Entries<T> rest = block.part(whole, kGroup);
  const Padded<T> before = update_rest(step, rest, statistics);
  counts.add_entries(std::span(rest.gradient, rest.count), before.values, rest.weights);
}

template <class T>
UpdateSums update_measured(const SgdCoefficients<T>& c, std::span<const T> gradient,
                           std::span<T> velocity, std::span<T> weights) {
  const Step<T> step(c);
  const Entries<T> all = all_entries(gradient, velocity, weights);
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
