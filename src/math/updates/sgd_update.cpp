// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/updates/sgd_update.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/updates/sgd_update.hpp"
#include "math/updates/simd_update-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// The step itself, in separate multiplications and additions: a fused one would round
/// differently on a CPU without it, and ranks on mixed nodes must keep the same weights.
/// The one state is the velocity; without momentum there is none.
template <class T, std::size_t kStates, Momentum kMomentum>
struct SgdStep {
  static constexpr std::array<T, kStates> kPadding{};

  explicit SgdStep(const SgdCoefficients<T>& c)
      : learning_rate(hn::Set(Tag<T>(), c.learning_rate)),
        momentum(hn::Set(Tag<T>(), c.momentum)),
        weight_decay(hn::Set(Tag<T>(), c.weight_decay)) {}

  HWY_INLINE Vector<T> apply(Vector<T> gradient, const States<T, kStates>& states,
                             Vector<T> w) const {
    const Tag<T> d;
    const auto g = hn::Add(gradient, hn::Mul(weight_decay, w));
    auto step = g;
    if constexpr (kStates == 1) {
      const auto v = hn::Add(hn::Mul(momentum, hn::LoadU(d, states[0])), g);
      hn::StoreU(v, d, states[0]);
      step = kMomentum == Momentum::Polyak ? v : hn::Add(g, hn::Mul(momentum, v));
    }
    return hn::Sub(w, hn::Mul(learning_rate, step));
  }

  Vector<T> learning_rate;
  Vector<T> momentum;
  Vector<T> weight_decay;
};

/// visit(step, entries) with the step that the coefficients and the states ask for.
template <class T, class Visit>
auto with_step(const SgdCoefficients<T>& c, std::span<const T> g, std::span<T> velocity,
               std::span<T> w, const Visit& visit) {
  if (velocity.empty()) {
    return visit(SgdStep<T, 0, Momentum::Polyak>(c),
                 Entries<T, 0>{g.data(), {}, w.data(), w.size()});
  }
  const Entries<T, 1> entries{g.data(), {velocity.data()}, w.data(), w.size()};
  switch (c.kind) {
    case Momentum::Polyak:
      break;
    case Momentum::Nesterov:
      return visit(SgdStep<T, 1, Momentum::Nesterov>(c), entries);
  }
  return visit(SgdStep<T, 1, Momentum::Polyak>(c), entries);
}

template <class T>
void sgd(const SgdCoefficients<T>& c, std::span<const T> g, std::span<T> velocity, std::span<T> w) {
  with_step(c, g, velocity, w,
            [](const auto& step, const auto& entries) HWY_ATTR { update(step, entries); });
}

template <class T>
UpdateSums sgd_measured(const SgdCoefficients<T>& c, std::span<const T> g, std::span<T> velocity,
                        std::span<T> w) {
  return with_step(c, g, velocity, w, [](const auto& step, const auto& entries) HWY_ATTR {
    return update_measured(step, entries);
  });
}

void sgd_float(const SgdCoefficients<float>& c, std::span<const float> gradient,
               std::span<float> velocity, std::span<float> weights) {
  sgd(c, gradient, velocity, weights);
}
void sgd_double(const SgdCoefficients<double>& c, std::span<const double> gradient,
                std::span<double> velocity, std::span<double> weights) {
  sgd(c, gradient, velocity, weights);
}
UpdateSums sgd_measured_float(const SgdCoefficients<float>& c, std::span<const float> gradient,
                              std::span<float> velocity, std::span<float> weights) {
  return sgd_measured(c, gradient, velocity, weights);
}
UpdateSums sgd_measured_double(const SgdCoefficients<double>& c, std::span<const double> gradient,
                               std::span<double> velocity, std::span<double> weights) {
  return sgd_measured(c, gradient, velocity, weights);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(sgd_float);
HWY_EXPORT(sgd_double);
HWY_EXPORT(sgd_measured_float);
HWY_EXPORT(sgd_measured_double);

template <>
void sgd_update(const SgdCoefficients<float>& c, std::span<const float> gradient,
                std::span<float> velocity, std::span<float> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_float)(c, gradient, velocity, weights);
}
template <>
void sgd_update(const SgdCoefficients<double>& c, std::span<const double> gradient,
                std::span<double> velocity, std::span<double> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_double)(c, gradient, velocity, weights);
}
template <>
UpdateSums sgd_update_measured(const SgdCoefficients<float>& c, std::span<const float> gradient,
                               std::span<float> velocity, std::span<float> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(sgd_measured_float)(c, gradient, velocity, weights);
}
template <>
UpdateSums sgd_update_measured(const SgdCoefficients<double>& c, std::span<const double> gradient,
                               std::span<double> velocity, std::span<double> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(sgd_measured_double)(c, gradient, velocity, weights);
}

}  // namespace plumb::math
#endif
