// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/updates/nesterov_update.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/updates/nesterov_update.hpp"
#include "math/updates/simd_update-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// In separate multiplications and additions, as the gradient descent step. The one state is the
/// velocity; without momentum there is none.
template <class T, std::size_t kStates>
struct NesterovStep {
  static constexpr std::array<T, kStates> kPadding{};

  explicit NesterovStep(const NesterovCoefficients<T>& c)
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
      step = hn::Add(g, hn::Mul(momentum, v));
    }
    return hn::Sub(w, hn::Mul(learning_rate, step));
  }

  Vector<T> learning_rate;
  Vector<T> momentum;
  Vector<T> weight_decay;
};

template <class T>
void nesterov(const NesterovCoefficients<T>& c, std::span<const T> g, std::span<T> velocity,
              std::span<T> w) {
  if (velocity.empty()) {
    update(NesterovStep<T, 0>(c), Entries<T, 0>{g.data(), {}, w.data(), w.size()});
  } else {
    update(NesterovStep<T, 1>(c), Entries<T, 1>{g.data(), {velocity.data()}, w.data(), w.size()});
  }
}

template <class T>
UpdateSums nesterov_measured(const NesterovCoefficients<T>& c, std::span<const T> g,
                             std::span<T> velocity, std::span<T> w) {
  if (velocity.empty()) {
    return update_measured(NesterovStep<T, 0>(c), Entries<T, 0>{g.data(), {}, w.data(), w.size()});
  }
  return update_measured(NesterovStep<T, 1>(c),
                         Entries<T, 1>{g.data(), {velocity.data()}, w.data(), w.size()});
}

void nesterov_float(const NesterovCoefficients<float>& c, std::span<const float> gradient,
                    std::span<float> velocity, std::span<float> weights) {
  nesterov(c, gradient, velocity, weights);
}
void nesterov_double(const NesterovCoefficients<double>& c, std::span<const double> gradient,
                     std::span<double> velocity, std::span<double> weights) {
  nesterov(c, gradient, velocity, weights);
}
UpdateSums nesterov_measured_float(const NesterovCoefficients<float>& c,
                                   std::span<const float> gradient, std::span<float> velocity,
                                   std::span<float> weights) {
  return nesterov_measured(c, gradient, velocity, weights);
}
UpdateSums nesterov_measured_double(const NesterovCoefficients<double>& c,
                                    std::span<const double> gradient, std::span<double> velocity,
                                    std::span<double> weights) {
  return nesterov_measured(c, gradient, velocity, weights);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(nesterov_float);
HWY_EXPORT(nesterov_double);
HWY_EXPORT(nesterov_measured_float);
HWY_EXPORT(nesterov_measured_double);

template <>
void nesterov_update(const NesterovCoefficients<float>& c, std::span<const float> gradient,
                     std::span<float> velocity, std::span<float> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(nesterov_float)(c, gradient, velocity, weights);
}
template <>
void nesterov_update(const NesterovCoefficients<double>& c, std::span<const double> gradient,
                     std::span<double> velocity, std::span<double> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(nesterov_double)(c, gradient, velocity, weights);
}
template <>
UpdateSums nesterov_update_measured(const NesterovCoefficients<float>& c,
                                    std::span<const float> gradient, std::span<float> velocity,
                                    std::span<float> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(nesterov_measured_float)(c, gradient, velocity, weights);
}
template <>
UpdateSums nesterov_update_measured(const NesterovCoefficients<double>& c,
                                    std::span<const double> gradient, std::span<double> velocity,
                                    std::span<double> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(nesterov_measured_double)(c, gradient, velocity, weights);
}

}  // namespace plumb::math
#endif
