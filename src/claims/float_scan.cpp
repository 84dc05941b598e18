#include "claims/float_scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "math/activations/activation_kernels.hpp"
#include "train/parallel.hpp"

namespace plumb::claims {
namespace {

constexpr std::size_t kChunk = 1U << 16U;  // floats with one upper half
constexpr std::size_t kColumns = 256;
// e^-104 < 2^-150: beyond it 1 + e^-|x| and e^-|x| in float32 are 1 and 0, as they are here.
constexpr float kNaiveSettled = 128;

float float_of(std::uint16_t upper, std::size_t lower) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16U |
                              static_cast<std::uint32_t>(lower));
}

// As in many programs: s = 1 / (1 + e^-x), derivative s (1 - s).
bool naive_is_zero(float x) {
  const float s = 1.0F / (1.0F + std::exp(-x));
  return s * (1.0F - s) == 0.0F;
}

void look_at_naive(float x, FloatScan& scan, float& naive_last) {
  const bool is_zero = naive_is_zero(x);
  if (x > 0 && !is_zero) naive_last = std::max(naive_last, x);
  if (x < 0 && is_zero) scan.naive_zero_below = std::min(scan.naive_zero_below, -x);
}

void look_at_derivatives(std::uint16_t upper, const std::vector<float>& derivatives,
                         FloatScan& scan) {
  for (std::size_t i = 0; i < kChunk; ++i) {
    scan.largest = std::max(scan.largest, derivatives[i]);
    if (derivatives[i] != 0) continue;
    scan.zero_from = std::min(scan.zero_from, std::abs(float_of(upper, i)));
  }
}

void merge(const FloatScan& part, FloatScan& whole) {
  whole.floats += part.floats;
  whole.largest = std::max(whole.largest, part.largest);
  whole.at_zero = std::max(whole.at_zero, part.at_zero);
  whole.zero_from = std::min(whole.zero_from, part.zero_from);
  whole.naive_zero_below = std::min(whole.naive_zero_below, part.naive_zero_below);
}

}  // namespace

void scan_floats(std::uint16_t upper, FloatScan& scan, float& naive_last) {
  const float first = float_of(upper, 0);
  if (!std::isfinite(first)) return;  // so are all others of its exponent
  static const std::vector<float> bias(kColumns, 0.0F);
  thread_local std::vector<float> derivatives(kChunk);
  thread_local std::vector<float> activations(kChunk);
  for (std::size_t i = 0; i < kChunk; ++i) derivatives[i] = float_of(upper, i);
  math::activate<float>(math::Activation::Sigmoid, 0.0F,
                        {derivatives.data(), kChunk / kColumns, kColumns}, bias,
                        {activations.data(), kChunk / kColumns, kColumns});
  scan.floats += kChunk;
  look_at_derivatives(upper, derivatives, scan);
  if (upper == 0) scan.at_zero = derivatives[0];
  const bool settled = std::abs(first) < 1 || std::abs(first) >= kNaiveSettled;
  for (std::size_t i = 0; i < (settled ? 1 : kChunk); ++i) {
    look_at_naive(float_of(upper, i), scan, naive_last);
  }
}

FloatScan scan_all_floats(std::size_t threads) {
  std::vector<FloatScan> scans(threads);
  std::vector<float> naive_last(threads, 0.0F);
  train::run_on_threads(threads, [&](std::size_t thread) {
    for (std::size_t upper = thread; upper < kChunk; upper += threads) {
      scan_floats(static_cast<std::uint16_t>(upper), scans[thread], naive_last[thread]);
    }
  });
  FloatScan whole;
  for (const FloatScan& part : scans) merge(part, whole);
  const float last = *std::max_element(naive_last.begin(), naive_last.end());
  whole.naive_zero_from = std::nextafter(last, std::numeric_limits<float>::infinity());
  return whole;
}

}  // namespace plumb::claims
