// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/updates/adam_update.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "math/updates/adam_update.hpp"
#include "math/updates/simd_update-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// In separate multiplications and additions, as the gradient descent step; square root and
/// quotient are rounded correctly on every CPU. The states are m and v.
template <class T>
class AdamStep {
 public:
  static constexpr std::array<T, 2> kPadding{0, 1};  // no 0 / 0, be epsilon 0

  explicit AdamStep(const AdamCoefficients<T>& c)
      : beta1_(set(c.beta1)),
        beta2_(set(c.beta2)),
        rest1_(set(T{1} - c.beta1)),
        rest2_(set(T{1} - c.beta2)),
        epsilon_(set(c.epsilon)),
        weight_decay_(set(c.weight_decay)),
        step_size_(set(c.step_size)),
        sqrt_correction2_(set(c.sqrt_correction2)) {}

  HWY_INLINE Vector<T> apply(Vector<T> gradient, const States<T, 2>& states, Vector<T> w) const {
    const Tag<T> d;
    const auto g = hn::Add(gradient, hn::Mul(weight_decay_, w));
    const auto m = hn::Add(hn::Mul(beta1_, hn::LoadU(d, states[0])), hn::Mul(rest1_, g));
    const auto v =
        hn::Add(hn::Mul(beta2_, hn::LoadU(d, states[1])), hn::Mul(hn::Mul(rest2_, g), g));
    hn::StoreU(m, d, states[0]);
    hn::StoreU(v, d, states[1]);
    const auto size = hn::Add(hn::Div(hn::Sqrt(v), sqrt_correction2_), epsilon_);
    return hn::Sub(w, hn::Div(hn::Mul(step_size_, m), size));
  }

 private:
  static Vector<T> set(T value) { return hn::Set(Tag<T>(), value); }

  Vector<T> beta1_;
  Vector<T> beta2_;
  Vector<T> rest1_;
  Vector<T> rest2_;
  Vector<T> epsilon_;
  Vector<T> weight_decay_;
  Vector<T> step_size_;
  Vector<T> sqrt_correction2_;
};

template <class T>
Entries<T, 2> all_entries(std::span<const T> gradient, std::span<T> mean, std::span<T> square,
                          std::span<T> weights) {
  return {gradient.data(), {mean.data(), square.data()}, weights.data(), weights.size()};
}

void adam_float(const AdamCoefficients<float>& c, std::span<const float> gradient,
                std::span<float> mean, std::span<float> square, std::span<float> weights) {
  update(AdamStep<float>(c), all_entries(gradient, mean, square, weights));
}
void adam_double(const AdamCoefficients<double>& c, std::span<const double> gradient,
                 std::span<double> mean, std::span<double> square, std::span<double> weights) {
  update(AdamStep<double>(c), all_entries(gradient, mean, square, weights));
}
UpdateSums adam_measured_float(const AdamCoefficients<float>& c, std::span<const float> gradient,
                               std::span<float> mean, std::span<float> square,
                               std::span<float> weights) {
  return update_measured(AdamStep<float>(c), all_entries(gradient, mean, square, weights));
}
UpdateSums adam_measured_double(const AdamCoefficients<double>& c, std::span<const double> gradient,
                                std::span<double> mean, std::span<double> square,
                                std::span<double> weights) {
  return update_measured(AdamStep<double>(c), all_entries(gradient, mean, square, weights));
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(adam_float);
HWY_EXPORT(adam_double);
HWY_EXPORT(adam_measured_float);
HWY_EXPORT(adam_measured_double);

template <>
void adam_update(const AdamCoefficients<float>& c, std::span<const float> gradient,
                 std::span<float> mean, std::span<float> square,
                 std::span<float> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_float)(c, gradient, mean, square, weights);
}
template <>
void adam_update(const AdamCoefficients<double>& c, std::span<const double> gradient,
                 std::span<double> mean, std::span<double> square,
                 std::span<double> weights) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_double)(c, gradient, mean, square, weights);
}
template <>
UpdateSums adam_update_measured(const AdamCoefficients<float>& c, std::span<const float> gradient,
                                std::span<float> mean, std::span<float> square,
                                std::span<float> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(adam_measured_float)(c, gradient, mean, square, weights);
}
template <>
UpdateSums adam_update_measured(const AdamCoefficients<double>& c, std::span<const double> gradient,
                                std::span<double> mean, std::span<double> square,
                                std::span<double> weights) noexcept {
  return HWY_DYNAMIC_DISPATCH(adam_measured_double)(c, gradient, mean, square, weights);
}

}  // namespace plumb::math
#endif
