#include "data/dataset.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace plumb::data {
namespace {

constexpr std::uint64_t kEndless = ~std::uint64_t{0};

template <class T>
std::uint64_t add(std::uint64_t hash, std::span<const T> values) noexcept {
  return XXH64(values.data(), values.size_bytes(), hash);
}

std::uint64_t hash_shape(const Dataset& dataset) {
  const std::string_view source = dataset.source();
  const Image image = dataset.image().value_or(Image{});
  const std::array<std::uint64_t, 7> shape = {dataset.inputs(),
                                              dataset.classes(),
                                              dataset.is_regression() ? 1U : 0U,
                                              image.height,
                                              image.width,
                                              dataset.size(Split::Train).value_or(kEndless),
                                              dataset.size(Split::Test).value_or(kEndless)};
  const std::uint64_t hash = add<std::uint64_t>(add<char>(0, source), shape);
  // Grey images keep the values they had before there were others.
  if (image.channels == 1) return hash;
  const std::uint64_t channels = image.channels;
  return add<std::uint64_t>(hash, std::span(&channels, 1));
}

/// Only data that is drawn has an endless test split.
bool is_drawn(const Dataset& dataset) { return !dataset.size(Split::Test); }

std::uint64_t samples_to_read(const Dataset& dataset, Split split) {
  const std::uint64_t all = dataset.size(split).value_or(kEndless);
  if (!is_drawn(dataset)) return all;
  return std::clamp<std::uint64_t>(kDrawnNumbers / dataset.inputs(), 1, all);
}

std::uint64_t add_samples(std::uint64_t hash, const Dataset& dataset, Split split) {
  std::vector<float> x(dataset.inputs());
  const std::uint64_t samples = samples_to_read(dataset, split);
  for (std::uint64_t i = 0; i < samples; ++i) {
    const double target = dataset.read(split, i, x);
    hash = add<double>(add<float>(hash, x), std::span(&target, 1));
  }
  return hash;
}

}  // namespace

std::uint64_t fingerprint(const Dataset& dataset) {
  const std::uint64_t hash = add_samples(hash_shape(dataset), dataset, Split::Train);
  return add_samples(hash, dataset, Split::Test);
}

std::optional<ImageLayout> image_layout(std::span<const std::uint64_t> sample_axes) {
  constexpr std::uint64_t kMostChannels = 4;  // red, green, blue and opacity
  if (sample_axes.size() == 2) return ImageLayout{{sample_axes[0], sample_axes[1], 1}};
  if (sample_axes.size() != 3) return std::nullopt;
  if (sample_axes[2] <= kMostChannels) {
    return ImageLayout{{sample_axes[0], sample_axes[1], sample_axes[2]}};
  }
  if (sample_axes[0] <= kMostChannels) {
    return ImageLayout{{sample_axes[1], sample_axes[2], sample_axes[0]}, true};
  }
  return std::nullopt;
}

}  // namespace plumb::data
