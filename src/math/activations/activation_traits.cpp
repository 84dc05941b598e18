#include "math/activations/activation_traits.hpp"

#include <array>

#include "math/activations/activation_list-inl.hpp"

namespace plumb::math {
namespace {

template <class F>
constexpr ActivationTraits traits_from() {
  return {F::kActivation,         F::kName,
          F::kReadsNegativeSlope, F::kIsBounded,
          F::kIsHomogeneous,      F::kHasConcaveVarianceMap,
          F::kValueAtZero,        F::kCorners,
          F::largest_derivative,  F::he_slope,
          F::reference,           F::dual,
          F::kGaussianMoments,    F::kDerivativeProduct};
}

template <class... F>
constexpr auto table_of(activations::List<F...>) {
  return std::array{traits_from<F>()...};
}

constexpr auto kTraits = table_of(AllActivations());

template <std::size_t N>
constexpr auto names_from(const std::array<ActivationTraits, N>& table) {
  std::array<core::Named<Activation>, N> names{};
  for (std::size_t i = 0; i < N; ++i) names[i] = {table[i].activation, table[i].name};
  return names;
}

constexpr auto kNames = names_from(kTraits);

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTraits.size(); ++i) {
    if (static_cast<std::size_t>(kTraits[i].activation) != i) return false;
  }
  return true;
}
static_assert(in_order(), "activation_list-inl.hpp must have the order of enum Activation");

}  // namespace

std::span<const core::Named<Activation>> enum_names(Activation) { return kNames; }

const ActivationTraits& traits_of(Activation activation) noexcept {
  return kTraits[static_cast<std::size_t>(activation)];
}

}  // namespace plumb::math
