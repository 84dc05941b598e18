#include "math/images/image_ops.hpp"

#include "image_testing.hpp"
#include "math/gemm/gemm.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class image_ops_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(image_ops_of, Numbers);

// Up to kernels larger than the whole image.
constexpr std::size_t kKernels[] = {1, 3, 5, 7};

std::size_t columns_size(const ImageShape& shape, std::size_t kernel) {
  return shape.pixels() * patch_size(shape, kernel);
}

template <class T>
std::vector<T> columns_of(const ImageShape& shape, std::size_t kernel,
                          const std::vector<T>& image) {
  auto columns = unwritten<T>(columns_size(shape, kernel));
  im2col<T>(shape, kernel, image, columns);
  return columns;
}

template <class T>
std::vector<T> image_of(const ImageShape& shape, std::size_t kernel,
                        const std::vector<T>& columns) {
  auto image = unwritten<T>(shape.size());
  col2im_add<T>(shape, kernel, columns, image);
  return image;
}

template <class Check>
void for_each_case(Check&& check) {
  for (const ImageShape& shape : kAwkwardShapes) {
    for (const std::size_t kernel : kKernels) {
      SCOPED_TRACE(::testing::Message() << shape.height << "x" << shape.width << "x"
                                        << shape.channels << ", kernel " << kernel);
      check(shape, kernel);
    }
  }
}

TYPED_TEST(image_ops_of, im2col_and_col2im_equal_their_references) {
  for_each_case([](const ImageShape& shape, std::size_t kernel) {
    const auto image = normals<TypeParam>(shape.size(), 1);
    auto expected = unwritten<TypeParam>(columns_size(shape, kernel));
    reference::im2col<TypeParam>(shape, kernel, image, expected);
    expect_same_bits(columns_of(shape, kernel, image), expected);

    const auto columns = normals<TypeParam>(columns_size(shape, kernel), 2);
    auto expected_image = unwritten<TypeParam>(shape.size());
    reference::col2im_add<TypeParam>(shape, kernel, columns, expected_image);
    on_every_instruction_set(
        [&] { expect_same_bits(image_of(shape, kernel, columns), expected_image); });
  });
}

// <im2col(x), c> = <x, col2im(c)>, exactly, since both are sums of integers below 2^53.
TEST(image_ops, col2im_is_the_transpose_of_im2col) {
  for_each_case([](const ImageShape& shape, std::size_t kernel) {
    const auto x = integers<double>(shape.size(), 1);
    const auto c = integers<double>(columns_size(shape, kernel), 2);
    EXPECT_EQ(dot(columns_of(shape, kernel, x), c), dot(x, image_of(shape, kernel, c)));
  });
}

TYPED_TEST(image_ops_of, im2col_of_two_by_two_pixels_by_hand) {
  const std::vector<TypeParam> image{1, 2,  //
                                     3, 4};
  const std::vector<TypeParam> expected{0, 0, 0, 0, 1, 2, 0, 3, 4,   //
                                        0, 0, 0, 1, 2, 0, 3, 4, 0,   //
                                        0, 1, 2, 0, 3, 4, 0, 0, 0,   //
                                        1, 2, 0, 3, 4, 0, 0, 0, 0};  //
  expect_same_bits(columns_of({2, 2, 1}, 3, image), expected);
}

TYPED_TEST(image_ops_of, im2col_keeps_the_channels_of_a_pixel_together) {
  const std::vector<TypeParam> image{1, 10, 2, 20};  // one row of two pixels
  const std::vector<TypeParam> expected{0, 0, 0, 0, 0, 0, 0, 0,  1, 10, 2, 20, 0, 0, 0, 0, 0, 0,
                                        0, 0, 0, 0, 0, 0, 1, 10, 2, 20, 0, 0,  0, 0, 0, 0, 0, 0};
  expect_same_bits(columns_of({1, 2, 2}, 3, image), expected);
}

TYPED_TEST(image_ops_of, kernel_one_copies) {
  const auto x = normals<TypeParam>(ImageShape{3, 4, 5}.size(), 1);
  expect_same_bits(columns_of({3, 4, 5}, 1, x), x);
  expect_same_bits(image_of({3, 4, 5}, 1, x), x);
}

// Each pixel is copied once for each pixel of its neighbourhood: 4 in a corner, 6 at an edge, 9.
TYPED_TEST(image_ops_of, col2im_counts_the_copies_of_each_pixel) {
  const ImageShape shape{3, 4, 1};
  const std::vector<TypeParam> ones(columns_size(shape, 3), TypeParam{1});
  expect_same_bits(image_of(shape, 3, ones), {4, 6, 6, 4,  //
                                              6, 9, 9, 6,  //
                                              4, 6, 6, 4});
}

/// z(y, x, o) = sum over (ky, kx, c) of image(y + ky - p, x + kx - p, c) w(ky, kx, c, o).
std::vector<double> convolved(const ImageShape& in, std::size_t kernel, std::size_t fan_out,
                              const std::vector<double>& image, const std::vector<double>& w) {
  std::vector<double> z(in.pixels() * fan_out);
  const std::size_t p = (kernel - 1) / 2;
  for (std::size_t i = 0; i < z.size() * patch_size(in, kernel); ++i) {
    const std::size_t o = i % fan_out, entry = i / fan_out % patch_size(in, kernel);
    const std::size_t pixel = i / fan_out / patch_size(in, kernel);
    const std::size_t c = entry % in.channels, k = entry / in.channels;
    // Without the padding, wrapping around below zero.
    const std::size_t y = pixel / in.width + k / kernel - p, x = pixel % in.width + k % kernel - p;
    if (y >= in.height || x >= in.width) continue;
    z[pixel * fan_out + o] += image[(y * in.width + x) * in.channels + c] * w[entry * fan_out + o];
  }
  return z;
}

TEST(image_ops, columns_times_weights_is_the_convolution) {
  const ImageShape in{5, 6, 3};
  constexpr std::size_t kFanOut = 4;
  for (const std::size_t kernel : kKernels) {
    const auto image = integers<double>(in.size(), 1);
    const auto w = integers<double>(patch_size(in, kernel) * kFanOut, 2);
    const auto columns = columns_of(in, kernel, image);
    auto z = unwritten<double>(in.pixels() * kFanOut);
    gemm<double>(Op::None, Op::None, 1, matrix(columns, in.pixels(), patch_size(in, kernel)),
                 matrix(w, patch_size(in, kernel), kFanOut), 0, matrix(z, in.pixels(), kFanOut));
    EXPECT_EQ(z, convolved(in, kernel, kFanOut, image, w));
  }
}

}  // namespace
}  // namespace plumb::math
