// What the tests of image operations share.
#pragma once

#include "math/images/image_ops.hpp"
#include "math_testing.hpp"

namespace plumb::math::testing {

/// Even, odd and thin images; channels around the vector widths.
inline constexpr ImageShape kAwkwardShapes[] = {
    {1, 1, 1}, {1, 5, 2}, {5, 1, 3}, {2, 2, 1},  {3, 3, 1},  {2, 3, 4},
    {4, 4, 2}, {5, 7, 3}, {8, 8, 1}, {6, 5, 16}, {7, 4, 17}, {9, 9, 33},
};

inline double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Results start as NaN: an entry that is not written shows.
template <class T>
std::vector<T> unwritten(std::size_t n) {
  return std::vector<T>(n, std::numeric_limits<T>::quiet_NaN());
}

/// Integers, so that every sum of a few products is exact in any order.
template <class T>
std::vector<T> integers(std::size_t n, std::uint64_t seed) {
  core::RandomStream random(seed, core::Purpose::Weights, 5);
  std::vector<T> result(n);
  for (T& x : result) x = static_cast<T>(random.below(201)) - 100;
  return result;
}

}  // namespace plumb::math::testing
