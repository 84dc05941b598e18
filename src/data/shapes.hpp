// Shapeset-3x2: images of one or two simple objects.
#pragma once

#include <array>
#include <cstdint>

#include "core/random.hpp"
#include "data/pixel_mask.hpp"

namespace plumb::data {

enum class Form : std::uint8_t { Triangle, Parallelogram, Ellipse };

/// Classes 0 triangle, 1 parallelogram, 2 ellipse, and the unordered pairs: 3 two triangles,
/// 4 triangle and parallelogram, 5 triangle and ellipse, 6 two parallelograms, 7 parallelogram and
/// ellipse, 8 two ellipses.
inline constexpr std::uint32_t kShapeClasses = 9;

struct ShapeObject {
  PixelMask mask;
  float grey = 0;  // 0 black .. 1 white
};

/// One image before it is painted. The second object, where there is one, lies in front.
struct ShapeScene {
  std::int32_t label = 0;
  float background = 0;
  unsigned count = 0;
  std::array<ShapeObject, 2> objects;
};

ShapeScene draw_shape_scene(core::RandomStream& stream);

}  // namespace plumb::data
