// How the axes of an array make its samples images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "data/dataset.hpp"

namespace plumb::data {

struct ImageLayout {
  Image image;
  bool planes = false;  // (channels, height, width); else as Image says
};

/// Of one sample's axes: (height, width), (height, width, channels) or (channels, height, width)
/// with 1 to 4 channels; the last axis where both could be the channels. nullopt for all others.
std::optional<ImageLayout> image_layout(std::span<const std::uint64_t> sample_axes);

/// pixels (height, width, channels) from planes (channels, height, width).
template <class T>
void interleave(const Image& image, std::span<const T> planes, std::span<T> pixels) {
  const std::size_t count = image.height * image.width;
  for (std::size_t c = 0; c < image.channels; ++c) {
    for (std::size_t p = 0; p < count; ++p) pixels[p * image.channels + c] = planes[c * count + p];
  }
}

}  // namespace plumb::data
