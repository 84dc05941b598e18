#include "data/generated.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace plumb::data {
namespace {

/// ln v for normal v > 0, absolute error below 1e-12: v = m 2^e with m in [1/sqrt 2, sqrt 2), and
/// ln m = 2 artanh s with s = (m - 1)/(m + 1), |s| < .1716; the first omitted term is s^15 2/15.
double plain_log(double v) noexcept {
  constexpr std::uint64_t kFractionMask = (std::uint64_t{1} << 52) - 1;
  const auto word = std::bit_cast<std::uint64_t>(v);
  int exponent = static_cast<int>(word >> 52) - 1023;
  auto m = std::bit_cast<double>((word & kFractionMask) | (std::uint64_t{1023} << 52));
  if (m > std::numbers::sqrt2) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double t = s * s;
  const double series =
      1.0 + t * (1.0 / 3 +
                 t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t * (1.0 / 13))))));
  return 2.0 * s * series + exponent * std::numbers::ln2;
}

/// 0.075 < p < 0.925, in q = p - 1/2.
double middle(double q) noexcept {
  const double r = 0.180625 - q * q;
  const double above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
  const double below = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0;
  return q * above / below;
}

/// The distance from 0 when `outside` is the probability beyond it.
double tail(double outside) noexcept {
  double r = std::sqrt(-plain_log(outside));
  if (r <= 5.0) {
    r -= 1.6;
    const double above = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777;
    return above / ((0.12021132975 * r + 0.73700164250) * r + 1.0);
  }
  r -= 5.0;
  const double above = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150;
  return above / ((0.012258202635 * r + 0.24197894225) * r + 1.0);
}

}  // namespace

GeneratedDataset::GeneratedDataset(std::unique_ptr<const Generator> generator, std::uint64_t seed,
                                   std::uint64_t samples)
    : generator_(std::move(generator)), seed_(seed), samples_(samples) {
  const std::uint64_t sample_bytes = inputs() * sizeof(float) + sizeof(double);
  if (samples_ <= kStoredBytes / sample_bytes) store_training_samples();
}

void GeneratedDataset::store_training_samples() {
  stored_.resize(samples_ * inputs());
  targets_.resize(samples_);
  const std::span<float> all(stored_);
  for (std::uint64_t i = 0; i < samples_; ++i) {
    targets_[i] = draw(Split::Train, i, all.subspan(i * inputs(), inputs()));
  }
}

std::optional<std::uint64_t> GeneratedDataset::size(Split split) const {
  if (split == Split::Train && samples_ > 0) return samples_;
  return std::nullopt;
}

double GeneratedDataset::draw(Split split, std::uint64_t index, std::span<float> x) const {
  const core::Purpose purpose =
      split == Split::Train ? core::Purpose::TrainSample : core::Purpose::TestSample;
  core::RandomStream stream(seed_, purpose, index);
  return generator_->draw(stream, x);
}

double GeneratedDataset::read(Split split, std::uint64_t index, std::span<float> x) const {
  assert(x.size() == inputs());
  assert(split == Split::Test || samples_ == 0 || index < samples_);
  if (split == Split::Test || targets_.empty()) return draw(split, index, x);
  std::copy_n(stored_.begin() + static_cast<std::ptrdiff_t>(index * inputs()), inputs(), x.begin());
  return targets_[index];
}

std::unique_ptr<const Dataset> generated_dataset(std::unique_ptr<const Generator> generator,
                                                 const DataSettings& settings, std::uint64_t seed) {
  return std::make_unique<GeneratedDataset>(std::move(generator), seed, settings.samples);
}

double normal_quantile(double p) noexcept {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) return middle(q);
  return q < 0 ? -tail(p) : tail(1.0 - p);
}

}  // namespace plumb::data
