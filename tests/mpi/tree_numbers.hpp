// Numbers that any rank can compute for all ranks, and the aligned binary tree over them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "math/formats/number_format.hpp"
#include "world.hpp"

namespace plumb::comm {

/// splitmix64 (Steele, Lea, Flood 2014): the numbers of leaf `leaf` at position i.
inline std::uint64_t hash(std::uint64_t leaf, std::uint64_t i) noexcept {
  std::uint64_t h = (leaf * 0x100000001b3U + i + 1) * 0x9e3779b97f4a7c15U;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9U;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebU;
  return h ^ (h >> 31);
}

/// Magnitudes over 2^-20 .. 2^19, so that almost every grouping rounds differently.
template <class T>
T number(std::uint64_t leaf, std::uint64_t i) noexcept {
  const std::uint64_t h = hash(leaf, i);
  const double mantissa = static_cast<double>(static_cast<std::int64_t>(h)) * 0x1p-63;
  return static_cast<T>(std::ldexp(mantissa, static_cast<int>(h % 40) - 20));
}

/// Minus zero on all ranks at some positions (adding a plus zero for a missing rank would show),
/// denormals, and infinities (of both signs: not a number).
template <class T>
T awkward_number(std::uint64_t leaf, std::uint64_t i) noexcept {
  const auto h = static_cast<T>(hash(leaf, i) % 1000);
  switch (i % 64) {
    case 5:
      return -T{0};
    case 11:
      return h * std::numeric_limits<T>::denorm_min();
    case 17:
      return h < 300 ? std::numeric_limits<T>::infinity() : h;
    case 23:
      return h < 300 ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    case 29:
      return std::numeric_limits<T>::max() / (h + 1);
    default:
      return number<T>(leaf, i);
  }
}

/// The definition: leaves first .. first+span-1 (span a power of two), those >= count left out;
/// add(left, right) at each node.
template <class T, class Leaf, class Add>
T plain_tree(const Leaf& leaf, const Add& add, std::size_t first, std::size_t span,
             std::size_t count) {
  if (span == 1) return leaf(first);
  const std::size_t half = span / 2;
  const T left = plain_tree<T>(leaf, add, first, half, count);
  if (first + half >= count) return left;
  return add(left, plain_tree<T>(leaf, add, first + half, half, count));
}

template <class T, class Number>
std::vector<T> plain_sum(std::size_t length, std::size_t leaves, const Number& number_of) {
  std::vector<T> sums(length);
  for (std::size_t i = 0; i < length; ++i) {
    const auto leaf = [&](std::size_t k) { return number_of(k, i); };
    const auto add = [](T left, T right) { return left + right; };
    sums[i] = plain_tree<T>(leaf, add, 0, std::bit_ceil(leaves), leaves);
  }
  return sums;
}

inline float rounded(math::NumberFormat wire, float value) {
  return math::reference::rounded_to(wire, value);
}

/// round(round(left) + round(right)) at the root, without the outer rounding below it.
template <class Number>
std::vector<float> narrow_sum(math::NumberFormat wire, std::size_t length, std::size_t leaves,
                              const Number& number_of) {
  std::vector<float> sums(length);
  for (std::size_t i = 0; i < length; ++i) {
    const auto leaf = [&](std::size_t k) { return number_of(k, i); };
    const auto add = [&](float left, float right) {
      return rounded(wire, left) + rounded(wire, right);
    };
    const float root = plain_tree<float>(leaf, add, 0, std::bit_ceil(leaves), leaves);
    sums[i] = leaves == 1 ? root : rounded(wire, root);
  }
  return sums;
}

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
std::size_t differing_bits(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return a.size() + b.size();
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    different += std::bit_cast<Bits<T>>(a[i]) == std::bit_cast<Bits<T>>(b[i]) ? 0 : 1;
  }
  return different;
}

inline std::size_t ranks() { return static_cast<std::size_t>(world().size()); }
inline std::size_t rank() { return static_cast<std::size_t>(world().rank()); }

template <class T, class Number>
std::vector<T> own_numbers(std::size_t length, const Number& number_of) {
  std::vector<T> values(length);
  for (std::size_t i = 0; i < length; ++i) values[i] = number_of(rank(), i);
  return values;
}

}  // namespace plumb::comm
