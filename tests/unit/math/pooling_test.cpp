#include <bit>

#include "image_testing.hpp"
#include "math/images/image_ops.hpp"

namespace plumb::math {
namespace {

using namespace testing;

template <class T>
class pooling_of : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(pooling_of, Numbers);

template <class T>
std::vector<T> max_pooled(const ImageShape& in, const std::vector<T>& image) {
  auto pooled = unwritten<T>(in.pooled().size());
  max_pool<T>(in, image, pooled);
  return pooled;
}
template <class T>
std::vector<T> max_delta(const ImageShape& in, const std::vector<T>& image,
                         const std::vector<T>& pooled_delta) {
  auto delta = unwritten<T>(in.size());
  max_pool_backward<T>(in, image, pooled_delta, delta);
  return delta;
}
template <class T>
std::vector<T> mean_pooled(const ImageShape& in, const std::vector<T>& image) {
  auto pooled = unwritten<T>(in.pooled().size());
  average_pool<T>(in, image, pooled);
  return pooled;
}
template <class T>
std::vector<T> mean_delta(const ImageShape& in, const std::vector<T>& pooled_delta) {
  auto delta = unwritten<T>(in.size());
  average_pool_backward<T>(in, pooled_delta, delta);
  return delta;
}

template <class T>
void compare_with_twins(const ImageShape& in, const std::vector<T>& image) {
  SCOPED_TRACE(::testing::Message() << in.height << "x" << in.width << "x" << in.channels);
  const auto pooled_delta = normals<T>(in.pooled().size(), 9);
  auto pooled = unwritten<T>(in.pooled().size());
  auto delta = unwritten<T>(in.size());
  reference::max_pool<T>(in, image, pooled);
  expect_same_bits(max_pooled(in, image), pooled);
  reference::max_pool_backward<T>(in, image, pooled_delta, delta);
  expect_same_bits(max_delta(in, image, pooled_delta), delta);
  reference::average_pool<T>(in, image, pooled);
  expect_same_bits(mean_pooled(in, image), pooled);
  reference::average_pool_backward<T>(in, pooled_delta, delta);
  expect_same_bits(mean_delta(in, pooled_delta), delta);
}

TYPED_TEST(pooling_of, equals_the_references_at_awkward_sizes) {
  on_every_instruction_set([] {
    for (const ImageShape& in : kAwkwardShapes) {
      compare_with_twins(in, normals<TypeParam>(in.size(), 1));
      compare_with_twins(in, extreme_values<TypeParam>(in.size(), 2, true));
      compare_with_twins(in, std::vector<TypeParam>(in.size(), TypeParam{1}));  // ties everywhere
    }
  });
}

// 3 x 5 pixels: the last row and the last column are dropped.
TYPED_TEST(pooling_of, odd_rows_and_columns_are_dropped_by_hand) {
  const ImageShape in{3, 5, 1};
  const std::vector<TypeParam> image{1,  2,  7,  8,  90,  //
                                     4,  3,  6,  -5, 91,  //
                                     92, 93, 94, 95, 96};
  expect_same_bits(max_pooled(in, image), {4, 8});
  expect_same_bits(mean_pooled(in, image), {TypeParam{2.5}, 4});
  expect_same_bits(max_delta(in, image, {10, 20}), {0, 0, 0, 20, 0,  //
                                                    10, 0, 0, 0, 0,  //
                                                    0, 0, 0, 0, 0});
  expect_same_bits(mean_delta<TypeParam>(in, {10, 20}), {2.5, 2.5, 5, 5, 0,  //
                                                         2.5, 2.5, 5, 5, 0,  //
                                                         0, 0, 0, 0, 0});
}

TYPED_TEST(pooling_of, channels_are_pooled_apart) {
  const ImageShape in{2, 2, 2};
  const std::vector<TypeParam> image{1, -1, 2, -2, 3, -3, 4, -4};
  expect_same_bits(max_pooled(in, image), {4, -1});
  expect_same_bits(max_delta(in, image, {5, 6}), {0, 6, 0, 0, 0, 0, 5, 0});
}

TYPED_TEST(pooling_of, the_first_of_equal_entries_takes_the_delta) {
  expect_same_bits(max_delta<TypeParam>({2, 2, 1}, {0, 3, 3, 3}, {1}), {0, 1, 0, 0});
  expect_same_bits(max_delta<TypeParam>({2, 2, 1}, {-0.0, 0, 0, -1}, {1}), {1, 0, 0, 0});
}

TYPED_TEST(pooling_of, a_image_of_one_row_leaves_nothing) {
  const ImageShape in{1, 4, 3};
  EXPECT_EQ(in.pooled().size(), 0U);
  const std::vector<TypeParam> image(in.size(), TypeParam{1});
  expect_same_bits(max_delta<TypeParam>(in, image, {}), std::vector<TypeParam>(in.size()));
  expect_same_bits(mean_delta<TypeParam>(in, {}), std::vector<TypeParam>(in.size()));
}

// All 16 sets of entries that are not a number.
TYPED_TEST(pooling_of, not_a_number_is_seen_and_loses_no_delta) {
  for (unsigned set = 1; set < 16; ++set) {
    std::vector<TypeParam> window{1, 4, 2, 3};
    for (unsigned i = 0; i < 4; ++i) {
      if ((set >> i & 1U) != 0) window[i] = std::numeric_limits<TypeParam>::quiet_NaN();
    }
    EXPECT_TRUE(std::isnan(max_pooled({2, 2, 1}, window)[0]));
    std::vector<TypeParam> expected(4);
    expected[static_cast<std::size_t>(std::countr_zero(set))] = 7;  // the first of them
    expect_same_bits(max_delta({2, 2, 1}, window, {7}), expected);
  }
}

// Backward is the transpose of forward: exactly for averages, since integers over 4 are exact, and
// for maxima at the image itself, where forward is linear.
TEST(pooling, backward_is_the_transpose_of_forward) {
  for (const ImageShape& in : kAwkwardShapes) {
    const auto x = integers<double>(in.size(), 1);
    const auto d = integers<double>(in.pooled().size(), 2);
    EXPECT_EQ(dot(mean_pooled(in, x), d), dot(x, mean_delta(in, d)));
    EXPECT_EQ(dot(max_pooled(in, x), d), dot(x, max_delta(in, x, d)));
  }
}

}  // namespace
}  // namespace plumb::math
