// Convex objects on a 32x32 grid of pixels, one bit per pixel.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace plumb::data {

inline constexpr std::size_t kImageSide = 32;

/// A place in the image, in pixels: x to the right, y down, pixel (row, column) has its centre at
/// (column + 1/2, row + 1/2).
struct Point {
  double x = 0;
  double y = 0;
};

/// Bit `column` of rows[row] is set when the pixel's centre lies inside the object.
struct PixelMask {
  std::array<std::uint32_t, kImageSide> rows{};
};

/// Pixels of a convex polygon with at most four corners, given in order around it.
PixelMask fill_polygon(std::span<const Point> corners);

/// Pixels of an ellipse. `axis` is the vector from the centre to the end of the one half-axis,
/// `other_length` the length of the half-axis at right angles to it.
PixelMask fill_ellipse(Point centre, Point axis, double other_length);

/// Half the height and width of the box around such an ellipse.
Point ellipse_half_extent(Point axis, double other_length);

/// Pixels set in a.
unsigned area(const PixelMask& a);
/// Pixels set in both.
unsigned overlap(const PixelMask& a, const PixelMask& b);

}  // namespace plumb::data
