#include "data/pixel_mask.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

// Only +, -, *, / and sqrt: IEEE 754 rounds these the same everywhere, so an image has the same
// pixels on every CPU, which the C library's sin or cos do not promise.

namespace plumb::data {
namespace {

/// Pixels first .. last - 1.
struct PixelRange {
  unsigned first = 0;
  unsigned last = 0;
};

/// The number of pixel centres 1/2, 3/2, ... that are smaller than `position`, at most kImageSide.
unsigned centres_before(double position) {
  const double clamped = std::clamp(position + 0.5, 0.0, static_cast<double>(kImageSide));
  const auto whole = static_cast<unsigned>(clamped);
  return whole - static_cast<unsigned>(whole > 0 && static_cast<double>(whole) - 0.5 >= position);
}

PixelRange centres_between(double low, double high) {
  const unsigned first = centres_before(low);
  return {first, std::max(first, centres_before(high))};
}

std::uint32_t bits(PixelRange range) {
  const std::uint64_t below_last = (std::uint64_t{1} << range.last) - 1;
  const std::uint64_t below_first = (std::uint64_t{1} << range.first) - 1;
  return static_cast<std::uint32_t>(below_last ^ below_first);
}

double row_centre(unsigned row) { return static_cast<double>(row) + 0.5; }

struct Interval {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

using Intervals = std::array<Interval, kImageSide>;

/// Widens each row's interval to the edge's crossing with that row.
void cross_rows(Point from, Point to, Intervals& rows) {
  if (from.y > to.y) std::swap(from, to);
  const PixelRange crossed = centres_between(from.y, to.y);
  if (crossed.first == crossed.last) return;  // also keeps horizontal edges from dividing by 0
  const double slope = (to.x - from.x) / (to.y - from.y);
  for (unsigned row = crossed.first; row < crossed.last; ++row) {
    const double x = from.x + (row_centre(row) - from.y) * slope;
    rows[row].low = std::min(rows[row].low, x);
    rows[row].high = std::max(rows[row].high, x);
  }
}

PixelRange rows_of(std::span<const Point> corners) {
  const auto [top, bottom] = std::minmax_element(
      corners.begin(), corners.end(), [](const Point& a, const Point& b) { return a.y < b.y; });
  return centres_between(top->y, bottom->y);
}

}  // namespace

PixelMask fill_polygon(std::span<const Point> corners) {
  Intervals crossings;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    cross_rows(corners[i], corners[(i + 1) % corners.size()], crossings);
  }
  PixelMask mask;
  const PixelRange rows = rows_of(corners);
  for (unsigned row = rows.first; row < rows.last; ++row) {
    mask.rows[row] = bits(centres_between(crossings[row].low, crossings[row].high));
  }
  return mask;
}

Point ellipse_half_extent(Point axis, double other_length) {
  const double ratio_squared = other_length * other_length / (axis.x * axis.x + axis.y * axis.y);
  return {std::sqrt(axis.x * axis.x + ratio_squared * axis.y * axis.y),
          std::sqrt(axis.y * axis.y + ratio_squared * axis.x * axis.x)};
}

PixelMask fill_ellipse(Point centre, Point axis, double other_length) {
  // The points centre + cos(t) axis + sin(t) other. A row at height h above the centre cuts out
  // slope h +- reach sqrt(1 - (h / half_height)^2).
  const double length_squared = axis.x * axis.x + axis.y * axis.y;
  const double ratio_squared = other_length * other_length / length_squared;
  const double half_height = ellipse_half_extent(axis, other_length).y;
  const double slope = axis.x * axis.y * (1.0 - ratio_squared) / (half_height * half_height);
  const double reach = std::sqrt(length_squared) * other_length / half_height;
  PixelMask mask;
  const PixelRange rows = centres_between(centre.y - half_height, centre.y + half_height);
  for (unsigned row = rows.first; row < rows.last; ++row) {
    const double height = row_centre(row) - centre.y;
    const double relative = height / half_height;
    const double half_width = reach * std::sqrt(std::max(0.0, 1.0 - relative * relative));
    const double middle = centre.x + slope * height;
    mask.rows[row] = bits(centres_between(middle - half_width, middle + half_width));
  }
  return mask;
}

unsigned area(const PixelMask& a) { return overlap(a, a); }

unsigned overlap(const PixelMask& a, const PixelMask& b) {
  unsigned pixels = 0;
  for (std::size_t row = 0; row < kImageSide; ++row) {
    pixels += static_cast<unsigned>(std::popcount(a.rows[row] & b.rows[row]));
  }
  return pixels;
}

}  // namespace plumb::data
