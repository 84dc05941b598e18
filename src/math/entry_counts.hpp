// The counts of UpdateSums that are taken entry by entry, off the fast path.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

namespace plumb::math {

struct EntryCounts {
  double largest = 0;  // over finite gradients
  std::int64_t zero = 0;
  std::int64_t nonfinite = 0;
  std::int64_t unchanged = 0;

  template <class T>
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

  /// Sizes of some gradients, given the bits of the largest: looked at one by one only when
  /// one of them is not finite.
  template <class T>
  void add_sizes(std::span<const T> gradient, Bits<T> largest_bits) noexcept {
    if (largest_bits < std::bit_cast<Bits<T>>(std::numeric_limits<T>::infinity())) {
      largest = std::max(largest, static_cast<double>(std::bit_cast<T>(largest_bits)));
    } else {
      for (const T g : gradient) add_size(g);
    }
  }

  template <class T>
  void add_size(T g) noexcept {
    if (std::isfinite(g)) {
      largest = std::max(largest, static_cast<double>(std::abs(g)));
    } else {
      ++nonfinite;
    }
  }

  template <class T>
  void add_gradient(T g) noexcept {
    add_size(g);
    zero += g == 0 ? 1 : 0;
  }

  /// Everything, of one entry.
  template <class T>
  void add_entry(T g, T before, T after) noexcept {
    add_gradient(g);
    unchanged += std::bit_cast<Bits<T>>(before) == std::bit_cast<Bits<T>>(after) ? 1 : 0;
  }

  template <class T>
  void add_entries(std::span<const T> gradient, const T* before, const T* after) noexcept {
    for (std::size_t i = 0; i < gradient.size(); ++i) add_entry(gradient[i], before[i], after[i]);
  }
};

}  // namespace plumb::math
