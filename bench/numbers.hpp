// Data for benchmarks, and comparisons with references.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>

#include "core/aligned_buffer.hpp"

namespace plumb::bench {

/// Normal numbers, the same for the same seed.
inline core::AlignedBuffer<float> normal_numbers(std::size_t count, std::uint64_t seed,
                                                 float deviation = 1) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<float> normal(0, deviation);
  core::AlignedBuffer<float> numbers(count);
  for (float& x : numbers.span()) x = normal(engine);
  return numbers;
}

/// Buffer for results: a kernel that writes nothing must not pass.
inline core::AlignedBuffer<float> not_numbers(std::size_t count) {
  core::AlignedBuffer<float> numbers(count);
  std::fill_n(numbers.data(), count, std::numeric_limits<float>::quiet_NaN());
  return numbers;
}

inline core::AlignedBuffer<float> copy_of(const core::AlignedBuffer<float>& original) {
  core::AlignedBuffer<float> copy(original.size());
  std::copy_n(original.data(), original.size(), copy.data());
  return copy;
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

/// |a - b| <= epsilons * eps * |b| for every element; false where either is not a number.
inline bool close(std::span<const float> a, std::span<const float> b, float epsilons) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [epsilons](float x, float y) {
    return std::abs(x - y) <= epsilons * std::numeric_limits<float>::epsilon() * std::abs(y);
  });
}

/// |a - b| <= relative * |b|.
inline bool close(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::abs(b);
}

}  // namespace plumb::bench
