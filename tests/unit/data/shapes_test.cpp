#include "data/shapes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

#include "data_testing.hpp"

namespace plumb::data {
namespace {

using core::Purpose;
using core::RandomStream;

ShapeScene scene_at(std::uint64_t index) {
  RandomStream stream(1, Purpose::TrainSample, index);
  return draw_shape_scene(stream);
}

/// area^2 / det(covariance), the same for every triangle (108), parallelogram (144) or ellipse
/// (16 pi^2), however it is turned, stretched or slanted.
double form_number(const PixelMask& mask) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t row = 0; row < kImageSide; ++row) {
    for (std::size_t column = 0; column < kImageSide; ++column) {
      if ((mask.rows[row] >> column & 1U) == 0) continue;
      const auto c = static_cast<double>(column);
      const auto r = static_cast<double>(row);
      n += 1, x += c, y += r, xx += c * c, xy += c * r, yy += r * r;
    }
  }
  // 1/12 is the variance within a pixel.
  const double var_x = xx / n - x * x / (n * n) + 1.0 / 12;
  const double var_y = yy / n - y * y / (n * n) + 1.0 / 12;
  const double covariance = xy / n - x * y / (n * n);
  return n * n / (var_x * var_y - covariance * covariance);
}

Form nearest_form(double number) {
  if (number < 126) return Form::Triangle;
  return number < 151 ? Form::Parallelogram : Form::Ellipse;
}

TEST(shapes, has_1024_inputs_nine_classes_and_no_end) {
  const auto shapes = open_generated(Source::Shapes, 1);
  EXPECT_EQ(shapes->source(), "shapes");
  EXPECT_EQ(shapes->inputs(), 1024U);
  EXPECT_EQ(shapes->classes(), 9U);
  EXPECT_EQ(shapes->size(Split::Train), std::nullopt);
  EXPECT_EQ(shapes->size(Split::Test), std::nullopt);
}

TEST(shapes, draws_all_classes_equally_often) {
  constexpr int kCount = 18000;
  std::array<int, kShapeClasses> counts{};
  for (int i = 0; i < kCount; ++i) {
    ++counts[static_cast<std::size_t>(scene_at(static_cast<std::uint64_t>(i)).label)];
  }
  // Binomial with p = 1/9: five standard deviations.
  const double tolerance = 5 * std::sqrt(kCount * (1.0 / 9) * (8.0 / 9));
  for (const int count : counts) EXPECT_NEAR(count, kCount / 9.0, tolerance);
}

TEST(shapes, draws_the_form_that_a_single_class_names) {
  constexpr std::array<double, 3> kNumbers = {108, 144, 16 * std::numbers::pi * std::numbers::pi};
  std::array<double, 3> sums{};
  std::array<double, 3> counts{};
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const ShapeScene scene = scene_at(i);
    // Small objects are too coarse for a sharp number.
    if (scene.count != 1 || area(scene.objects[0].mask) < 120) continue;
    sums[static_cast<std::size_t>(scene.label)] += form_number(scene.objects[0].mask);
    counts[static_cast<std::size_t>(scene.label)] += 1;
  }
  // The numbers lie 9 % or more apart; ragged borders shift their mean by little more than 1 %.
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_GT(counts[c], 200) << c;
    EXPECT_NEAR(sums[c] / counts[c], kNumbers[c], 0.02 * kNumbers[c]) << "class " << c;
  }
}

TEST(shapes, draws_the_two_forms_that_a_pair_class_names) {
  // Per pair class: how often the larger objects are recognised as T, P and E.
  constexpr std::array<std::array<double, 3>, 9> kShare = {
      {{}, {}, {}, {1, 0, 0}, {.5, .5, 0}, {.5, 0, .5}, {0, 1, 0}, {0, .5, .5}, {0, 0, 1}}};
  std::array<std::array<double, 3>, 9> counts{};
  for (std::uint64_t i = 0; i < 60000; ++i) {
    const ShapeScene scene = scene_at(i);
    if (scene.count != 2) continue;
    if (std::min(area(scene.objects[0].mask), area(scene.objects[1].mask)) < 80) continue;
    for (const ShapeObject& object : scene.objects) {
      const auto form = static_cast<std::size_t>(nearest_form(form_number(object.mask)));
      counts[static_cast<std::size_t>(scene.label)][form] += 1;
    }
  }
  for (std::size_t c = 3; c < 9; ++c) {
    const double total = counts[c][0] + counts[c][1] + counts[c][2];
    EXPECT_GT(total, 1000) << c;
    // Coarse pixels make about one parallelogram or ellipse in ten look like the other.
    for (std::size_t form = 0; form < 3; ++form) {
      EXPECT_NEAR(counts[c][form] / total, kShare[c][form], 0.15) << c << " " << form;
    }
  }
}

TEST(shapes, puts_either_of_two_forms_in_front) {
  int triangle_in_front = 0;
  int total = 0;
  for (std::uint64_t i = 0; i < 60000; ++i) {
    const ShapeScene scene = scene_at(i);
    if (scene.label != 5) continue;
    // A triangle's number is far from an ellipse's, even for small objects.
    triangle_in_front += form_number(scene.objects[1].mask) < 132 ? 1 : 0;
    ++total;
  }
  EXPECT_NEAR(static_cast<double>(triangle_in_front) / total, 0.5, 0.03);
}

TEST(shapes, hides_at_most_half_of_either_object) {
  double largest_share = 0;
  int pairs = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const ShapeScene scene = scene_at(i);
    ASSERT_EQ(scene.count, scene.label < 3 ? 1U : 2U);
    if (scene.count == 1) continue;
    ++pairs;
    const unsigned both = overlap(scene.objects[0].mask, scene.objects[1].mask);
    const unsigned smaller = std::min(area(scene.objects[0].mask), area(scene.objects[1].mask));
    const double share = static_cast<double>(both) / smaller;
    ASSERT_LE(share, 0.5) << "sample " << i;
    largest_share = std::max(largest_share, share);
  }
  EXPECT_GT(pairs, 12000);
  EXPECT_GT(largest_share, 0.49);  // the limit is reached, not avoided
}

TEST(shapes, keeps_objects_of_a_recognisable_size_inside_the_image) {
  unsigned smallest = 1024;
  unsigned largest = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const ShapeScene scene = scene_at(i);
    for (unsigned k = 0; k < scene.count; ++k) {
      smallest = std::min(smallest, area(scene.objects[k].mask));
      largest = std::max(largest, area(scene.objects[k].mask));
    }
  }
  // The smallest triangle has base 2, height 1 and its apex above a corner, enlarged 6 / (sqrt(17)
  // / 3) times: an area of 19.06, to the few pixels that its border may gain or lose. The largest
  // object is a disc of radius 12: 452.4.
  EXPECT_GE(smallest, 15U);
  EXPECT_LE(largest, 460U);
  EXPECT_GE(largest, 440U);
}

TEST(shapes, paints_background_and_objects_in_their_own_grey_ranges) {
  const auto shapes = open_generated(Source::Shapes, 1);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Sample sample = read_sample(*shapes, Split::Train, i);
    const ShapeScene scene = scene_at(i);
    ASSERT_EQ(sample.label, scene.label);
    for (std::size_t p = 0; p < 1024; ++p) {
      float grey = scene.background;
      for (unsigned k = 0; k < scene.count; ++k) {
        const bool inside = (scene.objects[k].mask.rows[p / 32] >> (p % 32) & 1U) != 0;
        if (inside) grey = scene.objects[k].grey;
      }
      ASSERT_EQ(sample.x[p], 2.0F * grey - 1.0F) << "sample " << i << ", pixel " << p;
      // Grey 0 .. .45 is -1 .. -.1, grey .55 .. 1 is .1 .. 1 (to a rounding of float).
      ASSERT_TRUE((sample.x[p] >= -1.0F && sample.x[p] <= -0.0999F) ||
                  (sample.x[p] >= 0.0999F && sample.x[p] <= 1.0F));
    }
    ASSERT_LE(std::set<float>(sample.x.begin(), sample.x.end()).size(), 1U + scene.count);
  }
}

}  // namespace
}  // namespace plumb::data
