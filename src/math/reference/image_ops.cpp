// Reference implementation of the image operations, entry by entry from their definitions.
#include <algorithm>
#include <cmath>
#include <vector>

#include "math/images/image_ops.hpp"

namespace plumb::math::reference {
namespace {

std::size_t place(const ImageShape& shape, std::size_t y, std::size_t x, std::size_t channel) {
  return (y * shape.width + x) * shape.channels + channel;
}

/// Calls body(y, x, channel) in row-major order.
template <class Body>
void for_each_entry(const ImageShape& shape, Body&& body) {
  for (std::size_t y = 0; y < shape.height; ++y) {
    for (std::size_t x = 0; x < shape.width; ++x) {
      for (std::size_t channel = 0; channel < shape.channels; ++channel) body(y, x, channel);
    }
  }
}

/// Calls body(column entry, image entry) for every column entry in ascending order; the image
/// entry is -1 outside.
template <class Body>
void for_each_copy(const ImageShape& shape, std::size_t kernel, Body&& body) {
  const auto height = static_cast<std::ptrdiff_t>(shape.height);
  const auto width = static_cast<std::ptrdiff_t>(shape.width);
  const auto channels = static_cast<std::ptrdiff_t>(shape.channels);
  const auto k = static_cast<std::ptrdiff_t>(kernel);
  for (std::ptrdiff_t i = 0; i < height * width * k * k * channels; ++i) {
    const std::ptrdiff_t channel = i % channels;
    const std::ptrdiff_t pixel = i / (channels * k * k);
    const std::ptrdiff_t x = pixel % width + i / channels % k - (k - 1) / 2;
    const std::ptrdiff_t y = pixel / width + i / (channels * k) % k - (k - 1) / 2;
    const bool outside = y < 0 || y >= height || x < 0 || x >= width;
    body(static_cast<std::size_t>(i), outside ? -1 : (y * width + x) * channels + channel);
  }
}

/// The window's entries in row-major order.
template <class T>
std::vector<T> window_of(const ImageShape& in, std::span<const T> image, std::size_t y,
                         std::size_t x, std::size_t channel) {
  return {image[place(in, 2 * y, 2 * x, channel)], image[place(in, 2 * y, 2 * x + 1, channel)],
          image[place(in, 2 * y + 1, 2 * x, channel)],
          image[place(in, 2 * y + 1, 2 * x + 1, channel)]};
}

template <class T>
std::size_t first_largest(const std::vector<T>& window) {
  const auto nan = std::find_if(window.begin(), window.end(), [](T v) { return std::isnan(v); });
  const auto largest = nan != window.end() ? nan : std::max_element(window.begin(), window.end());
  return static_cast<std::size_t>(largest - window.begin());
}

}  // namespace

template <class T>
void im2col(const ImageShape& shape, std::size_t kernel, std::span<const T> image,
            std::span<T> columns) noexcept {
  for_each_copy(shape, kernel, [&](std::size_t column, std::ptrdiff_t entry) {
    columns[column] = entry < 0 ? T{0} : image[static_cast<std::size_t>(entry)];
  });
}

template <class T>
void col2im_add(const ImageShape& shape, std::size_t kernel, std::span<const T> columns,
                std::span<T> image) noexcept {
  std::fill(image.begin(), image.end(), T{0});
  for_each_copy(shape, kernel, [&](std::size_t column, std::ptrdiff_t entry) {
    if (entry >= 0) image[static_cast<std::size_t>(entry)] += columns[column];
  });
}

template <class T>
void max_pool(const ImageShape& in, std::span<const T> image, std::span<T> pooled) noexcept {
  for_each_entry(in.pooled(), [&](std::size_t y, std::size_t x, std::size_t channel) {
    const auto window = window_of(in, image, y, x, channel);
    pooled[place(in.pooled(), y, x, channel)] = window[first_largest(window)];
  });
}

template <class T>
void max_pool_backward(const ImageShape& in, std::span<const T> image,
                       std::span<const T> pooled_delta, std::span<T> delta) noexcept {
  std::fill(delta.begin(), delta.end(), T{0});
  for_each_entry(in.pooled(), [&](std::size_t y, std::size_t x, std::size_t channel) {
    const std::size_t first = first_largest(window_of(in, image, y, x, channel));
    delta[place(in, 2 * y + first / 2, 2 * x + first % 2, channel)] =
        pooled_delta[place(in.pooled(), y, x, channel)];
  });
}

template <class T>
void average_pool(const ImageShape& in, std::span<const T> image, std::span<T> pooled) noexcept {
  for_each_entry(in.pooled(), [&](std::size_t y, std::size_t x, std::size_t channel) {
    const auto window = window_of(in, image, y, x, channel);
    pooled[place(in.pooled(), y, x, channel)] = (window[0] + window[1] + window[2] + window[3]) / 4;
  });
}

template <class T>
void average_pool_backward(const ImageShape& in, std::span<const T> pooled_delta,
                           std::span<T> delta) noexcept {
  for_each_entry(in, [&](std::size_t y, std::size_t x, std::size_t channel) {
    const bool dropped = y / 2 >= in.pooled().height || x / 2 >= in.pooled().width;
    delta[place(in, y, x, channel)] =
        dropped ? T{0} : pooled_delta[place(in.pooled(), y / 2, x / 2, channel)] / 4;
  });
}

template void im2col(const ImageShape&, std::size_t, std::span<const float>,
                     std::span<float>) noexcept;
template void im2col(const ImageShape&, std::size_t, std::span<const double>,
                     std::span<double>) noexcept;
template void col2im_add(const ImageShape&, std::size_t, std::span<const float>,
                         std::span<float>) noexcept;
template void col2im_add(const ImageShape&, std::size_t, std::span<const double>,
                         std::span<double>) noexcept;
template void max_pool(const ImageShape&, std::span<const float>, std::span<float>) noexcept;
template void max_pool(const ImageShape&, std::span<const double>, std::span<double>) noexcept;
template void max_pool_backward(const ImageShape&, std::span<const float>, std::span<const float>,
                                std::span<float>) noexcept;
template void max_pool_backward(const ImageShape&, std::span<const double>, std::span<const double>,
                                std::span<double>) noexcept;
template void average_pool(const ImageShape&, std::span<const float>, std::span<float>) noexcept;
template void average_pool(const ImageShape&, std::span<const double>, std::span<double>) noexcept;
template void average_pool_backward(const ImageShape&, std::span<const float>,
                                    std::span<float>) noexcept;
template void average_pool_backward(const ImageShape&, std::span<const double>,
                                    std::span<double>) noexcept;

}  // namespace plumb::math::reference
