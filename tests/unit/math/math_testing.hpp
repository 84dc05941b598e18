// What the tests of the math room share.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

#include "core/matrix_view.hpp"
#include "core/random.hpp"
#include "math/reductions.hpp"

namespace plumb::math::testing {

/// Around every vector and group width, and beyond one block.
inline constexpr std::size_t kAwkwardSizes[] = {0,  1,  2,  3,  7,   8,   15,  16,   17,  31,
                                                33, 63, 64, 65, 127, 255, 257, 1000, 8209};

/// Calls check(name) once for every instruction set that this CPU can run.
template <class Check>
void on_every_instruction_set(Check&& check) {
  hwy::SetSupportedTargetsForTest(0);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    SCOPED_TRACE(hwy::TargetName(target));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

template <class T>
std::vector<T> normals(std::size_t count, std::uint64_t seed, double scale = 1) {
  core::RandomStream random(seed, core::Purpose::Weights, 0);
  std::vector<T> result(count);
  for (T& x : result) x = static_cast<T>(scale * random.normal());
  return result;
}

/// Ordinary, huge, tiny, denormal, zero and (when asked) not finite values, mixed.
template <class T>
std::vector<T> extreme_values(std::size_t count, std::uint64_t seed, bool with_nonfinite) {
  using Limits = std::numeric_limits<T>;
  const T specials[] = {Limits::max() / 4,
                        -Limits::max() / 4,
                        Limits::min(),
                        Limits::denorm_min(),
                        -3 * Limits::denorm_min(),
                        T{0},
                        -T{0},
                        T{1},
                        Limits::infinity(),
                        Limits::quiet_NaN()};
  const std::uint32_t choices = with_nonfinite ? 10 : 8;
  core::RandomStream random(seed, core::Purpose::Weights, 1);
  std::vector<T> result(count);
  for (T& x : result) {
    x = random.below(3) == 0 ? specials[random.below(choices)] : static_cast<T>(random.normal());
  }
  return result;
}

template <class T>
core::MatrixView<T> matrix(std::vector<T>& values, std::size_t rows, std::size_t cols) {
  return {values.data(), rows, cols};
}
template <class T>
core::MatrixView<const T> matrix(const std::vector<T>& values, std::size_t rows, std::size_t cols) {
  return {values.data(), rows, cols};
}

/// Bits, so that NaN equals itself and -0 differs from 0.
template <class T>
auto bits(T x) {
  return std::bit_cast<std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>(x);
}

template <class T>
void expect_same_bits(std::span<const T> actual, std::span<const T> expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(actual[i]) && std::isnan(expected[i])) continue;  // any payload
    ASSERT_EQ(bits(actual[i]), bits(expected[i]))
        << "entry " << i << ": " << actual[i] << " instead of " << expected[i];
  }
}
template <class T>
void expect_same_bits(const std::vector<T>& actual, const std::vector<T>& expected) {
  expect_same_bits(std::span<const T>(actual), std::span<const T>(expected));
}

inline void expect_same_bits(const SquareSum& actual, const SquareSum& expected) {
  const double a[] = {actual.small, actual.medium, actual.big};
  const double b[] = {expected.small, expected.medium, expected.big};
  expect_same_bits(std::span<const double>(a), std::span<const double>(b));
}

/// Two orders of summing n positive numbers differ by less than 2 n rounding errors of the sum.
inline void expect_same_sum(double actual, double expected, std::size_t n) {
  if (std::isnan(expected) || std::isinf(expected)) {
    EXPECT_EQ(std::isnan(actual), std::isnan(expected));
    EXPECT_EQ(std::isinf(actual), std::isinf(expected));
    return;
  }
  const double epsilon = std::numeric_limits<double>::epsilon();
  EXPECT_NEAR(actual, expected, 2 * static_cast<double>(n) * epsilon * std::abs(expected));
}

inline void expect_same_sum(const SquareSum& actual, const SquareSum& expected, std::size_t n) {
  expect_same_sum(actual.small, expected.small, n);
  expect_same_sum(actual.medium, expected.medium, n);
  expect_same_sum(actual.big, expected.big, n);
}

/// Runs body here and in two threads at once; returns the three results.
template <class Body>
auto on_three_threads(Body&& body) {
  using Result = std::invoke_result_t<Body>;
  std::vector<Result> results(3);
  std::thread second([&] { results[1] = body(); });
  std::thread third([&] { results[2] = body(); });
  results[0] = body();
  second.join();
  third.join();
  return results;
}

}  // namespace plumb::math::testing
