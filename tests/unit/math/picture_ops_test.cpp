#include "math/picture_ops.hpp"

#include "math/gemm.hpp"
#include "picture_testing.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class picture_ops_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(picture_ops_of, Numbers);

// Up to kernels larger than the whole picture.
constexpr std::size_t kKernels[] = {1, 3, 5, 7};

std::size_t columns_size(const PictureShape& shape, std::size_t kernel) {
  return shape.pixels() * patch_size(shape, kernel);
}

template <class T>
std::vector<T> columns_of(const PictureShape& shape, std::size_t kernel,
                          const std::vector<T>& picture) {
  auto columns = unwritten<T>(columns_size(shape, kernel));
  im2col<T>(shape, kernel, picture, columns);
  return columns;
}

template <class T>
std::vector<T> picture_of(const PictureShape& shape, std::size_t kernel,
                          const std::vector<T>& columns) {
  auto picture = unwritten<T>(shape.size());
  col2im_add<T>(shape, kernel, columns, picture);
  return picture;
}

template <class Check>
void for_each_case(Check&& check) {
  for (const PictureShape& shape : kAwkwardShapes) {
    for (const std::size_t kernel : kKernels) {
      SCOPED_TRACE(::testing::Message() << shape.height << "x" << shape.width << "x"
                                        << shape.channels << ", kernel " << kernel);
      check(shape, kernel);
    }
  }
}

TYPED_TEST(picture_ops_of, im2col_and_col2im_equal_their_plain_twins) {
  for_each_case([](const PictureShape& shape, std::size_t kernel) {
    const auto picture = normals<TypeParam>(shape.size(), 1);
    auto expected = unwritten<TypeParam>(columns_size(shape, kernel));
    reference::im2col<TypeParam>(shape, kernel, picture, expected);
    expect_same_bits(columns_of(shape, kernel, picture), expected);

    const auto columns = normals<TypeParam>(columns_size(shape, kernel), 2);
    auto expected_picture = unwritten<TypeParam>(shape.size());
    reference::col2im_add<TypeParam>(shape, kernel, columns, expected_picture);
    on_every_instruction_set(
        [&] { expect_same_bits(picture_of(shape, kernel, columns), expected_picture); });
  });
}

// <im2col(x), c> = <x, col2im(c)>, exactly, since both are sums of integers below 2^53.
TEST(picture_ops, col2im_is_the_transpose_of_im2col) {
  for_each_case([](const PictureShape& shape, std::size_t kernel) {
    const auto x = integers<double>(shape.size(), 1);
    const auto c = integers<double>(columns_size(shape, kernel), 2);
    EXPECT_EQ(dot(columns_of(shape, kernel, x), c), dot(x, picture_of(shape, kernel, c)));
  });
}

TYPED_TEST(picture_ops_of, im2col_of_two_by_two_pixels_by_hand) {
  const std::vector<TypeParam> picture{1, 2,  //
                                       3, 4};
  const std::vector<TypeParam> expected{0, 0, 0, 0, 1, 2, 0, 3, 4,   //
                                        0, 0, 0, 1, 2, 0, 3, 4, 0,   //
                                        0, 1, 2, 0, 3, 4, 0, 0, 0,   //
                                        1, 2, 0, 3, 4, 0, 0, 0, 0};  //
  expect_same_bits(columns_of({2, 2, 1}, 3, picture), expected);
}

TYPED_TEST(picture_ops_of, im2col_keeps_the_channels_of_a_pixel_together) {
  const std::vector<TypeParam> picture{1, 10, 2, 20};  // one row of two pixels
  const std::vector<TypeParam> expected{0, 0, 0, 0, 0, 0, 0, 0,  1, 10, 2, 20, 0, 0, 0, 0, 0, 0,
                                        0, 0, 0, 0, 0, 0, 1, 10, 2, 20, 0, 0,  0, 0, 0, 0, 0, 0};
  expect_same_bits(columns_of({1, 2, 2}, 3, picture), expected);
}

TYPED_TEST(picture_ops_of, kernel_one_copies) {
  const auto x = normals<TypeParam>(PictureShape{3, 4, 5}.size(), 1);
  expect_same_bits(columns_of({3, 4, 5}, 1, x), x);
  expect_same_bits(picture_of({3, 4, 5}, 1, x), x);
}

// Each pixel is copied once for each pixel of its neighbourhood: 4 in a corner, 6 at an edge, 9.
TYPED_TEST(picture_ops_of, col2im_counts_the_copies_of_each_pixel) {
  const PictureShape shape{3, 4, 1};
  const std::vector<TypeParam> ones(columns_size(shape, 3), TypeParam{1});
  expect_same_bits(picture_of(shape, 3, ones), {4, 6, 6, 4,  //
                                                6, 9, 9, 6,  //
                                                4, 6, 6, 4});
}

/// z(y, x, o) = sum over (ky, kx, c) of picture(y + ky - p, x + kx - p, c) w(ky, kx, c, o).
std::vector<double> convolved(const PictureShape& in, std::size_t kernel, std::size_t fan_out,
                              const std::vector<double>& picture, const std::vector<double>& w) {
  std::vector<double> z(in.pixels() * fan_out);
  const std::size_t p = (kernel - 1) / 2;
  for (std::size_t i = 0; i < z.size() * patch_size(in, kernel); ++i) {
    const std::size_t o = i % fan_out, entry = i / fan_out % patch_size(in, kernel);
    const std::size_t pixel = i / fan_out / patch_size(in, kernel);
    const std::size_t c = entry % in.channels, k = entry / in.channels;
    // Without the padding, wrapping around below zero.
    const std::size_t y = pixel / in.width + k / kernel - p, x = pixel % in.width + k % kernel - p;
    if (y >= in.height || x >= in.width) continue;
    z[pixel * fan_out + o] +=
        picture[(y * in.width + x) * in.channels + c] * w[entry * fan_out + o];
  }
  return z;
}

TEST(picture_ops, columns_times_weights_is_the_convolution) {
  const PictureShape in{5, 6, 3};
  constexpr std::size_t kFanOut = 4;
  for (const std::size_t kernel : kKernels) {
    const auto picture = integers<double>(in.size(), 1);
    const auto w = integers<double>(patch_size(in, kernel) * kFanOut, 2);
    const auto columns = columns_of(in, kernel, picture);
    auto z = unwritten<double>(in.pixels() * kFanOut);
    gemm<double>(Op::None, Op::None, 1, matrix(columns, in.pixels(), patch_size(in, kernel)),
                 matrix(w, patch_size(in, kernel), kFanOut), 0, matrix(z, in.pixels(), kFanOut));
    EXPECT_EQ(z, convolved(in, kernel, kFanOut, picture, w));
  }
}

}  // namespace
}  // namespace plumb::math
