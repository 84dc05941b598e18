#include "data/image_layout.hpp"

namespace plumb::data {

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
