#include "theory/width_effect.hpp"

#include <algorithm>

namespace plumb::theory {
namespace {

/// n times the relative variance of ||phi' g||^2 for a g of given length and any direction.
double direction_spread(const Moments& moments) noexcept { return spread(moments) - 2; }

}  // namespace

WidthEffect plain_width_effect(const Moments& moments, double units, double units_above,
                               bool orthogonal) noexcept {
  const double kept = orthogonal ? 2 / std::max(units, units_above) : 0;
  const double variance = std::max(0.0, spread(moments) / units - kept);
  return {-variance / 2, variance, 0};
}

WidthEffect residual_width_effect(const Moments& moments, const Moments& above,
                                  double weight_variance_above, double units,
                                  bool orthogonal) noexcept {
  const double branch = weight_variance_above * above.derivative_square;
  const double here = direction_spread(moments);
  const double next = direction_spread(above);
  // ||g + W v||^2 / ||g||^2 = 1 + 2 g.Wv + ||Wv||^2, v = phi' g, ||Wv||^2 about `branch`.
  const double length = orthogonal ? 0 : 2 * branch * branch;
  const double growth = 1 + branch;
  const double skip = (4 * branch + length + branch * branch * next) / (growth * growth);
  return {-(here - next + skip) / (2 * units), skip / units, here / units};
}

}  // namespace plumb::theory
