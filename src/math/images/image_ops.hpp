// What convolutional layers do to images besides multiplying matrices. One image at a time,
// row-major (height, width, channels), channels fastest; every result has one fixed order of
// summation. Spans have exactly the sizes said and do not overlap.
#pragma once

#include <cstddef>
#include <span>

namespace plumb::math {

struct ImageShape {
  std::size_t height;
  std::size_t width;
  std::size_t channels;

  [[nodiscard]] constexpr std::size_t pixels() const noexcept { return height * width; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return pixels() * channels; }
  /// After pooling 2x2 with stride 2; an odd last row or column is dropped.
  [[nodiscard]] constexpr ImageShape pooled() const noexcept {
    return {height / 2, width / 2, channels};
  }
};

/// Columns of one row of im2col's result.
constexpr std::size_t patch_size(const ImageShape& shape, std::size_t kernel) noexcept {
  return kernel * kernel * shape.channels;
}

/// columns (height * width, kernel * kernel * channels): row y * width + x holds the kernel x
/// kernel neighbourhood of pixel (y, x), ordered (ky, kx, channel), zero outside the image. A
/// convolution with stride 1 and zero padding (kernel - 1) / 2 is then columns times the weights
/// (kernel * kernel * channels, fan_out). kernel is odd.
template <class T>
void im2col(const ImageShape& shape, std::size_t kernel, std::span<const T> image,
            std::span<T> columns) noexcept;

/// The transpose of im2col: image, overwritten, is for each entry the sum of its copies in
/// columns, in ascending order of their rows.
template <class T>
void col2im_add(const ImageShape& shape, std::size_t kernel, std::span<const T> columns,
                std::span<T> image) noexcept;

/// pooled (in.pooled()): the largest entry of each 2x2 window. NaN counts as larger than
/// any number, so that it is not lost.
template <class T>
void max_pool(const ImageShape& in, std::span<const T> image, std::span<T> pooled) noexcept;

/// delta (in), overwritten: each pooled delta goes to the first largest entry of its window, in
/// row-major order; zero elsewhere.
template <class T>
void max_pool_backward(const ImageShape& in, std::span<const T> image,
                       std::span<const T> pooled_delta, std::span<T> delta) noexcept;

/// pooled (in.pooled()): the mean of each 2x2 window.
template <class T>
void average_pool(const ImageShape& in, std::span<const T> image, std::span<T> pooled) noexcept;

/// delta (in), overwritten: a quarter of the pooled delta to each entry of its window; zero in a
/// dropped row or column.
template <class T>
void average_pool_backward(const ImageShape& in, std::span<const T> pooled_delta,
                           std::span<T> delta) noexcept;

namespace reference {
template <class T>
void im2col(const ImageShape& shape, std::size_t kernel, std::span<const T> image,
            std::span<T> columns) noexcept;
template <class T>
void col2im_add(const ImageShape& shape, std::size_t kernel, std::span<const T> columns,
                std::span<T> image) noexcept;
template <class T>
void max_pool(const ImageShape& in, std::span<const T> image, std::span<T> pooled) noexcept;
template <class T>
void max_pool_backward(const ImageShape& in, std::span<const T> image,
                       std::span<const T> pooled_delta, std::span<T> delta) noexcept;
template <class T>
void average_pool(const ImageShape& in, std::span<const T> image, std::span<T> pooled) noexcept;
template <class T>
void average_pool_backward(const ImageShape& in, std::span<const T> pooled_delta,
                           std::span<T> delta) noexcept;
}  // namespace reference

}  // namespace plumb::math
