#include "data/pixel_mask.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace plumb::data {
namespace {

using core::Purpose;
using core::RandomStream;

bool is_set(const PixelMask& mask, std::size_t row, std::size_t column) {
  return (mask.rows[row] >> column & 1U) != 0;
}

Point centre_of(std::size_t row, std::size_t column) {
  return {static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5};
}

double cross(Point a, Point b, Point p) {
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

/// The reference implementation: on the same side of every edge. NaN-free; 0 means on the edge.
double depth_in_polygon(const std::vector<Point>& corners, Point p) {
  double least = INFINITY;
  const double sign = cross(corners[0], corners[1], corners[2]) > 0 ? 1 : -1;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point& a = corners[i];
    const Point& b = corners[(i + 1) % corners.size()];
    least = std::min(least, sign * cross(a, b, p));
  }
  return least;
}

/// The reference implementation: (along / |axis|)^2 + (across / other)^2 below 1.
double depth_in_ellipse(Point centre, Point axis, double other, Point p) {
  const double length = std::hypot(axis.x, axis.y);
  const double dx = p.x - centre.x;
  const double dy = p.y - centre.y;
  const double along = (dx * axis.x + dy * axis.y) / length;
  const double across = (dy * axis.x - dx * axis.y) / length;
  return 1 - along * along / (length * length) - across * across / (other * other);
}

/// Pixels whose centre lies on the edge, to rounding, may go either way.
template <class Depth>
void expect_mask(const PixelMask& mask, Depth depth) {
  for (std::size_t row = 0; row < kImageSide; ++row) {
    for (std::size_t column = 0; column < kImageSide; ++column) {
      const double d = depth(centre_of(row, column));
      if (std::abs(d) < 1e-9) continue;
      ASSERT_EQ(is_set(mask, row, column), d > 0) << "row " << row << ", column " << column;
    }
  }
}

TEST(pixel_mask, fills_a_rectangle_of_known_size) {
  const std::vector<Point> corners = {{2, 3}, {7, 3}, {7, 5}, {2, 5}};
  const PixelMask mask = fill_polygon(corners);
  EXPECT_EQ(area(mask), 10U);
  EXPECT_EQ(mask.rows[2], 0U);
  EXPECT_EQ(mask.rows[3], 0b1111100U);
  EXPECT_EQ(mask.rows[4], 0b1111100U);
  EXPECT_EQ(mask.rows[5], 0U);
}

TEST(pixel_mask, fills_the_whole_image_and_cuts_off_what_lies_outside) {
  const std::vector<Point> corners = {{-5, -9}, {40, -9}, {40, 50}, {-5, 50}};
  EXPECT_EQ(area(fill_polygon(corners)), 1024U);
}

TEST(pixel_mask, fills_nothing_outside_the_image) {
  const std::vector<Point> corners = {{-9, 2}, {-1, 2}, {-1, 30}, {-9, 30}};
  EXPECT_EQ(area(fill_polygon(corners)), 0U);
}

TEST(pixel_mask, agrees_with_half_planes_for_random_triangles) {
  RandomStream stream(1, Purpose::TrainSample, 0);
  for (int i = 0; i < 500; ++i) {
    std::vector<Point> corners(3);
    for (Point& p : corners) p = {stream.uniform(-4, 36), stream.uniform(-4, 36)};
    expect_mask(fill_polygon(corners), [&](Point p) { return depth_in_polygon(corners, p); });
  }
}

TEST(pixel_mask, agrees_with_half_planes_for_random_parallelograms) {
  RandomStream stream(2, Purpose::TrainSample, 0);
  for (int i = 0; i < 500; ++i) {
    const Point m = {stream.uniform(4, 28), stream.uniform(4, 28)};
    const Point u = {stream.uniform(-9, 9), stream.uniform(-9, 9)};
    const Point v = {stream.uniform(-9, 9), stream.uniform(-9, 9)};
    const std::vector<Point> corners = {{m.x - u.x - v.x, m.y - u.y - v.y},
                                        {m.x + u.x - v.x, m.y + u.y - v.y},
                                        {m.x + u.x + v.x, m.y + u.y + v.y},
                                        {m.x - u.x + v.x, m.y - u.y + v.y}};
    expect_mask(fill_polygon(corners), [&](Point p) { return depth_in_polygon(corners, p); });
  }
}

TEST(pixel_mask, agrees_with_the_quadratic_form_for_random_ellipses) {
  RandomStream stream(3, Purpose::TrainSample, 0);
  for (int i = 0; i < 500; ++i) {
    const Point centre = {stream.uniform(0, 32), stream.uniform(0, 32)};
    const Point axis = {stream.uniform(-9, 9), stream.uniform(-9, 9)};
    const double other = stream.uniform(1, 12);
    expect_mask(fill_ellipse(centre, axis, other),
                [&](Point p) { return depth_in_ellipse(centre, axis, other, p); });
  }
}

TEST(pixel_mask, knows_the_box_around_an_ellipse) {
  // Half-axes 5 and 2, the long one in direction (3/5, 4/5): half width sqrt(9 + 4 * .64).
  const Point half = ellipse_half_extent({3, 4}, 2);
  EXPECT_NEAR(half.x, std::sqrt(9 + 4 * 0.64), 1e-14);
  EXPECT_NEAR(half.y, std::sqrt(16 + 4 * 0.36), 1e-14);
}

TEST(pixel_mask, counts_the_pixels_in_both) {
  const std::vector<Point> a = {{0, 0}, {8, 0}, {8, 8}, {0, 8}};
  const std::vector<Point> b = {{5, 6}, {20, 6}, {20, 9}, {5, 9}};
  EXPECT_EQ(overlap(fill_polygon(a), fill_polygon(b)), 6U);
}

}  // namespace
}  // namespace plumb::data
