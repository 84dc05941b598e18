// im2col and its transpose, by runs of neighbouring pixels, whose channels lie together.
#include "math/images/image_ops.hpp"

#include <algorithm>

#include "math/vector_kernels.hpp"

namespace plumb::math {
namespace {

/// Places within the kernel, along one axis.
struct Range {
  std::size_t begin;
  std::size_t end;
};

/// Those inside the image when the kernel's centre is at position. Never empty.
Range inside(std::size_t position, std::size_t kernel, std::size_t extent) noexcept {
  const std::size_t padding = (kernel - 1) / 2;
  return {padding - std::min(padding, position), std::min(kernel, extent + padding - position)};
}

/// The patch around pixel (y, x), without what lies outside the image.
class Patch {
 public:
  Patch(const ImageShape& shape, std::size_t kernel, std::size_t y, std::size_t x) noexcept
      : shape_(shape),
        kernel_(kernel),
        y_(y),
        x_(x),
        rows_(inside(y, kernel, shape.height)),
        columns_(inside(x, kernel, shape.width)) {}

  [[nodiscard]] bool clipped() const noexcept {
    return (rows_.end - rows_.begin) * run() < patch_size(shape_, kernel_);
  }
  /// Entries of one run.
  [[nodiscard]] std::size_t run() const noexcept {
    return (columns_.end - columns_.begin) * shape_.channels;
  }
  /// Calls body(offset in the patch, offset in the image) for each run, from the top.
  template <class Body>
  void for_each_run(Body&& body) const {
    const std::size_t padding = (kernel_ - 1) / 2;
    for (std::size_t ky = rows_.begin; ky < rows_.end; ++ky) {
      const std::size_t row = y_ + ky - padding;
      const std::size_t column = x_ + columns_.begin - padding;
      body((ky * kernel_ + columns_.begin) * shape_.channels,
           (row * shape_.width + column) * shape_.channels);
    }
  }

 private:
  ImageShape shape_;
  std::size_t kernel_;
  std::size_t y_;
  std::size_t x_;
  Range rows_;
  Range columns_;
};

/// Calls body(patch, its first column entry) for each pixel, in row-major order.
template <class Body>
void for_each_patch(const ImageShape& shape, std::size_t kernel, Body&& body) {
  std::size_t begin = 0;
  for (std::size_t y = 0; y < shape.height; ++y) {
    for (std::size_t x = 0; x < shape.width; ++x) {
      body(Patch(shape, kernel, y, x), begin);
      begin += patch_size(shape, kernel);
    }
  }
}

}  // namespace

template <class T>
void im2col(const ImageShape& shape, std::size_t kernel, std::span<const T> image,
            std::span<T> columns) noexcept {
  for_each_patch(shape, kernel, [&](const Patch& patch, std::size_t begin) {
    T* const to = columns.data() + begin;
    if (patch.clipped()) std::fill_n(to, patch_size(shape, kernel), T{0});
    const std::size_t run = patch.run();
    patch.for_each_run([&](std::size_t in_patch, std::size_t in_image) {
      std::copy_n(image.data() + in_image, run, to + in_patch);
    });
  });
}

template <class T>
void col2im_add(const ImageShape& shape, std::size_t kernel, std::span<const T> columns,
                std::span<T> image) noexcept {
  std::fill(image.begin(), image.end(), T{0});
  for_each_patch(shape, kernel, [&](const Patch& patch, std::size_t begin) {
    const std::size_t run = patch.run();
    patch.for_each_run([&](std::size_t in_patch, std::size_t in_image) {
      add<T>(columns.subspan(begin + in_patch, run), image.subspan(in_image, run));
    });
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

}  // namespace plumb::math
