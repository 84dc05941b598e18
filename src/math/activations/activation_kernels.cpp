// Highway compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/activations/activation_kernels.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <limits>

#include "math/activations/activation_kernels.hpp"
#include "math/activations/activation_list-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace plumb::math::HWY_NAMESPACE {
namespace {

/// Units handled before the next: what is kept per unit between rows stays on the stack.
constexpr std::size_t kPanel = 1024;
static_assert(kPanel % kGroup == 0);

/// n units of one row, whole groups.
template <class F, class T>
HWY_NOINLINE void activate_groups(T negative_slope, T* z, const T* bias, T* a, std::size_t n) {
  const Tag<T> d;
  const auto slope = hn::Set(d, negative_slope);
  for (std::size_t i = 0; i < n; i += kLanes<T>) {
    const auto x = hn::Add(hn::LoadU(d, z + i), hn::LoadU(d, bias + i));
    const Activated<T> result = activated<T>(F(), x, slope);
    hn::StoreU(result.value, d, a + i);
    hn::StoreU(result.derivative, d, z + i);
  }
}

template <class F, class T>
void activate_row(T negative_slope, std::span<T> z, const T* bias, T* a) {
  const std::size_t count = z.size() % kGroup;
  const std::size_t rest = z.size() - count;
  activate_groups<F>(negative_slope, z.data(), bias, a, rest);
  if (count == 0) return;
  Padded<T> z_tail(z.data() + rest, count);
  const Padded<T> bias_tail(bias + rest, count);
  Padded<T> a_tail;
  activate_groups<F>(negative_slope, z_tail.values, bias_tail.values, a_tail.values, kGroup);
  z_tail.store(z.data() + rest, count);
  a_tail.store(a + rest, count);
}

/// The sums over up to kPanel units. They are taken in a loop of their own over a row that was
/// just computed: two short chains of operations overlap better than one long one.
template <class T>
class Statistics {
 public:
  Statistics(double pivot, T threshold) : pivot_(pivot), threshold_(threshold) {
    for (std::size_t i = 0; i < kVectors<double>; ++i) {
      deviation_[i] = squared_[i] = hn::Zero(Wide());
    }
  }
  /// One row's values and derivatives; seen: the bits of all derivatives of these units so far,
  /// or-ed.
  void add_row(std::span<const T> values, const T* derivatives, T* seen) {
    const std::size_t count = values.size() % kGroup;
    const std::size_t rest = values.size() - count;
    add_groups(values.data(), derivatives, seen, rest);
    if (count == 0) return;
    // What pads the row deviates by nothing and is not saturated.
    const Padded<T> v(values.data() + rest, count, static_cast<T>(pivot_));
    const Padded<T> d(derivatives + rest, count, std::numeric_limits<T>::infinity());
    add_groups(v.values, d.values, seen + rest, kGroup);
  }
  [[nodiscard]] ActivationSums total() const {
    return {combine_lanes(deviation_), combine_lanes(squared_),
            static_cast<std::int64_t>(saturated_)};
  }

 private:
  HWY_NOINLINE void add_groups(const T* values, const T* derivatives, T* seen, std::size_t n) {
    // A copy, so that the compiler keeps it in registers across the stores to seen.
    Statistics local = *this;
    for_each_group(n, [&](std::size_t i) HWY_ATTR {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kVectors<T>; ++v) {
        const std::size_t j = i + v * kLanes<T>;
        local.add_vector(v, values + j, derivatives + j, seen + j);
      }
    });
    *this = local;
  }
  HWY_INLINE void add_vector(std::size_t v, const T* values, const T* derivatives, T* seen) {
    const Tag<T> d;
    const auto pivot = hn::Set(Wide(), pivot_);
    for_each_wide(v, values, [&](std::size_t lane, WideVector wide) HWY_ATTR {
      const auto deviation = hn::Sub(wide, pivot);
      deviation_[lane] = hn::Add(deviation_[lane], deviation);
      squared_[lane] = hn::MulAdd(deviation, deviation, squared_[lane]);
    });
    const auto derivative = hn::LoadU(d, derivatives);
    saturated_ += hn::CountTrue(d, hn::Lt(hn::Abs(derivative), hn::Set(d, threshold_)));
    hn::Store(hn::Or(hn::Load(d, seen), derivative), d, seen);
  }

  double pivot_;
  T threshold_;
  WideVector deviation_[kVectors<double>];
  WideVector squared_[kVectors<double>];
  std::size_t saturated_ = 0;
};

template <class F, class T>
void activate_all(T negative_slope, core::MatrixView<T> z, std::span<const T> bias,
                  core::MatrixView<T> a) {
  for (std::size_t r = 0; r < z.rows; ++r) {
    activate_row<F>(negative_slope, z.row(r), bias.data(), a.row(r).data());
  }
}

template <class F, class T>
ActivationSums measure_all(T negative_slope, core::MatrixView<T> z, std::span<const T> bias,
                           core::MatrixView<T> a, std::span<std::uint8_t> alive) {
  Statistics<T> statistics(F::kValueAtZero, saturation_threshold(F::kActivation, negative_slope));
  alignas(64) T seen[kPanel];
  for (std::size_t first = 0; first < z.cols; first += kPanel) {
    const std::size_t units = std::min(kPanel, z.cols - first);
    std::fill_n(seen, kPanel, T{0});
    for (std::size_t r = 0; r < z.rows; ++r) {
      const auto z_row = z.row(r).subspan(first, units);
      const auto a_row = a.row(r).subspan(first, units);
      activate_row<F>(negative_slope, z_row, bias.data() + first, a_row.data());
      statistics.add_row(a_row, z_row.data(), seen);
    }
    for (std::size_t u = 0; u < units; ++u) {
      if (seen[u] != T{0}) alive[first + u] = 1;
    }
  }
  return statistics.total();
}

/// Calls body with an object of the function's own type.
template <class Body, class First, class... Rest>
auto with_function(Activation function, activations::List<First, Rest...> /*list*/,
                   const Body& body) {
  if constexpr (sizeof...(Rest) > 0) {
    if (function != First::kActivation) {
      return with_function(function, activations::List<Rest...>(), body);
    }
  }
  return body(First());
}

template <class T>
void activate_any(Activation function, T negative_slope, core::MatrixView<T> z,
                  std::span<const T> bias, core::MatrixView<T> a) {
  with_function(function, AllActivations(),
                [&](auto type) { activate_all<decltype(type)>(negative_slope, z, bias, a); });
}

template <class T>
ActivationSums measure_any(Activation function, T negative_slope, core::MatrixView<T> z,
                           std::span<const T> bias, core::MatrixView<T> a,
                           std::span<std::uint8_t> alive) {
  return with_function(function, AllActivations(), [&](auto type) {
    return measure_all<decltype(type)>(negative_slope, z, bias, a, alive);
  });
}

void activate_float(Activation function, float negative_slope, core::MatrixView<float> z,
                    std::span<const float> bias, core::MatrixView<float> a) {
  activate_any(function, negative_slope, z, bias, a);
}
void activate_double(Activation function, double negative_slope, core::MatrixView<double> z,
                     std::span<const double> bias, core::MatrixView<double> a) {
  activate_any(function, negative_slope, z, bias, a);
}
ActivationSums measure_float(Activation function, float negative_slope, core::MatrixView<float> z,
                             std::span<const float> bias, core::MatrixView<float> a,
                             std::span<std::uint8_t> alive) {
  return measure_any(function, negative_slope, z, bias, a, alive);
}
ActivationSums measure_double(Activation function, double negative_slope,
                              core::MatrixView<double> z, std::span<const double> bias,
                              core::MatrixView<double> a, std::span<std::uint8_t> alive) {
  return measure_any(function, negative_slope, z, bias, a, alive);
}

}  // namespace
}  // namespace plumb::math::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace plumb::math {

HWY_EXPORT(activate_float);
HWY_EXPORT(activate_double);
HWY_EXPORT(measure_float);
HWY_EXPORT(measure_double);

template <>
void activate(Activation function, float negative_slope, core::MatrixView<float> z,
              std::span<const float> bias, core::MatrixView<float> a) {
  HWY_DYNAMIC_DISPATCH(activate_float)(function, negative_slope, z, bias, a);
}
template <>
void activate(Activation function, double negative_slope, core::MatrixView<double> z,
              std::span<const double> bias, core::MatrixView<double> a) {
  HWY_DYNAMIC_DISPATCH(activate_double)(function, negative_slope, z, bias, a);
}
template <>
ActivationSums activate_measured(Activation function, float negative_slope,
                                 core::MatrixView<float> z, std::span<const float> bias,
                                 core::MatrixView<float> a, std::span<std::uint8_t> alive) {
  return HWY_DYNAMIC_DISPATCH(measure_float)(function, negative_slope, z, bias, a, alive);
}
template <>
ActivationSums activate_measured(Activation function, double negative_slope,
                                 core::MatrixView<double> z, std::span<const double> bias,
                                 core::MatrixView<double> a, std::span<std::uint8_t> alive) {
  return HWY_DYNAMIC_DISPATCH(measure_double)(function, negative_slope, z, bias, a, alive);
}

}  // namespace plumb::math
#endif
