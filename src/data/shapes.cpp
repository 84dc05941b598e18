// Shapeset-3x2 after Glorot and Bengio 2010, section 2.1: an endless stream of 32x32 images with
// one or two of triangle, parallelogram and ellipse, in random shape, size, rotation, place and
// grey. Their generator was never published with its constants; those below are ours:
// an object's farthest point lies 6 to 12 pixels from its middle, the whole object lies inside the
// image, objects have grey .55 .. 1 and the background 0 .. .45 (of white). Of two objects the one
// in front covers at most half, where half is taken of the smaller one's pixels, so that neither
// is hidden. All nine classes are equally likely. Grey g is stored as 2 g - 1, in [-1, 1].
#include "data/shapes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "data/generated.hpp"

namespace plumb::data {
namespace {

constexpr double kSmallestRadius = 6.0;  // pixels
constexpr double kLargestRadius = 12.0;
constexpr double kSide = static_cast<double>(kImageSide);

struct Pair {
  Form first;
  Form second;
};

constexpr std::array<Pair, 6> kPairs = {{{Form::Triangle, Form::Triangle},
                                         {Form::Triangle, Form::Parallelogram},
                                         {Form::Triangle, Form::Ellipse},
                                         {Form::Parallelogram, Form::Parallelogram},
                                         {Form::Parallelogram, Form::Ellipse},
                                         {Form::Ellipse, Form::Ellipse}}};

/// A direction, uniform on the circle: a point of the disc, scaled to length 1 (von Neumann 1951).
Point draw_direction(core::RandomStream& stream) {
  for (;;) {
    const Point p = {stream.uniform(-1.0, 1.0), stream.uniform(-1.0, 1.0)};
    const double square = p.x * p.x + p.y * p.y;
    if (square <= 0.01 || square > 1.0) continue;
    const double scale = 1.0 / std::sqrt(square);
    return {scale * p.x, scale * p.y};
  }
}

double draw_radius(core::RandomStream& stream) {
  return stream.uniform(kSmallestRadius, kLargestRadius);
}

/// Turns the corners (around the origin), makes the farthest one `radius` distant, and moves them
/// to a random place inside the image.
void place(std::span<Point> corners, core::RandomStream& stream) {
  double farthest_square = 0;
  for (const Point& p : corners) farthest_square = std::max(farthest_square, p.x * p.x + p.y * p.y);
  const double scale = draw_radius(stream) / std::sqrt(farthest_square);
  const Point turn = draw_direction(stream);
  Point low = {kSide, kSide};
  Point high = {-kSide, -kSide};
  for (Point& p : corners) {
    p = {scale * (turn.x * p.x - turn.y * p.y), scale * (turn.y * p.x + turn.x * p.y)};
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const Point middle = {stream.uniform(-low.x, kSide - high.x),
                        stream.uniform(-low.y, kSide - high.y)};
  for (Point& p : corners) p = {p.x + middle.x, p.y + middle.y};
}

/// Base of length 2, apex above it, neither flat nor a needle; around its centre of mass.
PixelMask draw_triangle(core::RandomStream& stream) {
  const double apex = stream.uniform(-1.0, 1.0);
  const double height = stream.uniform(1.0, 2.0);
  const Point mass = {apex / 3.0, height / 3.0};
  std::array<Point, 3> corners = {
      {{-1.0 - mass.x, -mass.y}, {1.0 - mass.x, -mass.y}, {apex - mass.x, height - mass.y}}};
  place(corners, stream);
  return fill_polygon(corners);
}

/// Half-sides (1, 0) and (slant, height), around its middle.
PixelMask draw_parallelogram(core::RandomStream& stream) {
  const double slant = stream.uniform(-0.5, 0.5);
  const double height = stream.uniform(0.6, 1.0);
  std::array<Point, 4> corners = {{{-1.0 - slant, -height},
                                   {1.0 - slant, -height},
                                   {1.0 + slant, height},
                                   {-1.0 + slant, height}}};
  place(corners, stream);
  return fill_polygon(corners);
}

PixelMask draw_ellipse(core::RandomStream& stream) {
  const double radius = draw_radius(stream);
  const double other = radius * stream.uniform(0.45, 1.0);
  const Point turn = draw_direction(stream);
  const Point axis = {radius * turn.x, radius * turn.y};
  const Point half = ellipse_half_extent(axis, other);
  const Point centre = {stream.uniform(half.x, kSide - half.x),
                        stream.uniform(half.y, kSide - half.y)};
  return fill_ellipse(centre, axis, other);
}

PixelMask draw_mask(Form form, core::RandomStream& stream) {
  switch (form) {
    case Form::Triangle:
      return draw_triangle(stream);
    case Form::Parallelogram:
      return draw_parallelogram(stream);
    case Form::Ellipse:
      break;
  }
  return draw_ellipse(stream);
}

ShapeObject draw_object(Form form, core::RandomStream& stream) {
  return {draw_mask(form, stream), static_cast<float>(stream.uniform(0.55, 1.0))};
}

/// Both are mostly visible: drawn again until at most half of the smaller one overlaps. Ends,
/// since even beside the largest object a small one finds room in a corner.
ShapeObject draw_second_object(Form form, const PixelMask& first, core::RandomStream& stream) {
  const unsigned first_area = area(first);
  for (;;) {
    const ShapeObject second = draw_object(form, stream);
    const unsigned smaller = std::min(first_area, area(second.mask));
    if (2 * overlap(first, second.mask) <= smaller) return second;
  }
}

void fill(std::span<float> image, float grey) { std::ranges::fill(image, 2.0F * grey - 1.0F); }

/// A convex object's pixels are neighbours in each row.
void paint(const ShapeObject& object, std::span<float> image) {
  for (std::size_t row = 0; row < kImageSide; ++row) {
    const std::uint32_t bits = object.mask.rows[row];
    if (bits == 0) continue;
    const auto first = row * kImageSide + static_cast<std::size_t>(std::countr_zero(bits));
    fill(image.subspan(first, static_cast<std::size_t>(std::popcount(bits))), object.grey);
  }
}

class Shapes final : public Generator {
 public:
  [[nodiscard]] std::string_view source() const override { return kShapesSource.name; }
  [[nodiscard]] std::size_t inputs() const override { return kImageSide * kImageSide; }
  [[nodiscard]] std::size_t classes() const override { return kShapeClasses; }
  [[nodiscard]] std::optional<Image> image() const override {
    return Image{kImageSide, kImageSide};
  }
  double draw(core::RandomStream& stream, std::span<float> x) const override {
    const ShapeScene scene = draw_shape_scene(stream);
    fill(x, scene.background);
    for (unsigned i = 0; i < scene.count; ++i) paint(scene.objects[i], x);
    return scene.label;
  }
};

std::unique_ptr<const Dataset> open(const DataSettings& settings, std::uint64_t seed) {
  return generated_dataset(std::make_unique<Shapes>(), settings, seed);
}

}  // namespace

ShapeScene draw_shape_scene(core::RandomStream& stream) {
  ShapeScene scene;
  const std::uint32_t label = stream.below(kShapeClasses);
  scene.label = static_cast<std::int32_t>(label);
  scene.background = static_cast<float>(stream.uniform(0.0, 0.45));
  if (label < 3) {
    scene.count = 1;
    scene.objects[0] = draw_object(static_cast<Form>(label), stream);
    return scene;
  }
  Pair pair = kPairs[label - 3];
  // Which of the two lies in front must not tell anything.
  if (stream.below(2) == 1) std::swap(pair.first, pair.second);
  scene.count = 2;
  scene.objects[0] = draw_object(pair.first, stream);
  scene.objects[1] = draw_second_object(pair.second, scene.objects[0].mask, stream);
  return scene;
}

constinit const SourceInfo kShapesSource{
    .source = Source::Shapes, .name = "shapes", .images = Has::Always, .open = open};

}  // namespace plumb::data
