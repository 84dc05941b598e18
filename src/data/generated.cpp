#include "data/generated.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace plumb::data {

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

}  // namespace plumb::data
