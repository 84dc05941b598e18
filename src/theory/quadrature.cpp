#include "theory/quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "math/activations/activation_traits.hpp"
#include "theory/normal_grid.hpp"

namespace plumb::theory {
namespace {

// Activation functions change over a distance of 1 near 0 and near their corners.
constexpr double kFeature = 1;
// Slopes by q are taken at no smaller one: rounding would win.
constexpr double kLeastVariance = 1e-12;

struct Point {
  double value = 0;
  double derivative = 0;
};

class Phi {
 public:
  explicit Phi(const ActivationFunction& function)
      : reference_(math::traits_of(function.activation).reference),
        slope_(function.negative_slope) {}
  Point operator()(double x) const {
    const math::ActivationPoint point = reference_(x, slope_);
    return {static_cast<double>(point.value), static_cast<double>(point.derivative)};
  }

 private:
  math::ActivationPoint (*reference_)(long double, long double);
  long double slope_;
};

std::vector<double> centres_of(const ActivationFunction& function) {
  const auto corners = math::traits_of(function.activation).corners;
  std::vector<double> centres(corners.begin(), corners.end());
  centres.push_back(0);
  return centres;
}

/// The slopes by integration by parts: d/dq E f = E f' x / (2 q) = E f (z^2 - 1) / (2 q). What has
/// its own average 0 is taken off before: it would leave a rounding error of 1 / q.
void add_node(const Node& node, Point phi, Point zero, double q, Moments& sums) {
  const double square = phi.derivative * phi.derivative;
  const double rise =
      (phi.value - zero.value) * phi.derivative + zero.value * (phi.derivative - zero.derivative);
  sums.mean += node.weight * (phi.value - zero.value);
  sums.square += node.weight * phi.value * phi.value;
  sums.square_slope += node.weight * rise * node.x / q;
  sums.derivative_square += node.weight * square;
  sums.derivative_fourth += node.weight * square * square;
  sums.derivative_square_slope += node.weight * (square - zero.derivative * zero.derivative) *
                                  (node.x * node.x / q - 1) / (2 * q);
}

/// For q = 0, nearly: phi is linear on both sides, with different slopes perhaps.
void take_limit(Point above, Point below, double q, Moments& sums) {
  const double right = above.derivative * above.derivative;
  const double left = below.derivative * below.derivative;
  sums.derivative_square = (right + left) / 2;
  sums.derivative_fourth = (right * right + left * left) / 2;
  if (above.value == 0) sums.square_slope = sums.derivative_square;
  sums.square = above.value * above.value + q * sums.square_slope;
}

}  // namespace

Moments quadrature_moments(const ActivationFunction& function, double q) {
  const Phi phi(function);
  const double zero = phi(0).value;
  Point above{zero, phi(1e-300).derivative};
  Point below{zero, phi(-1e-300).derivative};
  if (q > 1) above.derivative = below.derivative = 0;  // small beside the rest, and no help there
  const double variance = std::max(q, kLeastVariance);
  const double low = -std::numeric_limits<double>::infinity();
  Moments sums;
  for (const Node& node : normal_grid(variance, low, centres_of(function), kFeature)) {
    add_node(node, phi(node.x), node.x > 0 ? above : below, variance, sums);
  }
  sums.mean += above.value;
  sums.square_slope += above.value * (above.derivative - below.derivative) /
                       std::sqrt(2 * std::numbers::pi * variance);
  if (q < variance) take_limit(above, below, q, sums);
  return sums;
}

PairAverages pair_averages(const ActivationFunction& function, double q, double c) {
  // x = s + d, y = s - d with independent s, d; the integrand is even in d.
  const Phi phi(function);
  const std::vector<double> centres = centres_of(function);
  const double sum_variance = q * ((1 + c) / 2);
  const double difference_variance = std::max(q * ((1 - c) / 2), kLeastVariance * q);
  const double width = std::sqrt(difference_variance);
  const double low = -std::numeric_limits<double>::infinity();
  PairAverages averages;
  for (const Node& s : normal_grid(sum_variance, low, centres, std::min(kFeature, width))) {
    std::vector<double> inner;
    for (const double centre : centres) inner.push_back(std::abs(s.x - centre));
    for (const Node& d : normal_grid(difference_variance, 0, inner, kFeature)) {
      const Point x = phi(s.x + d.x);
      const Point y = phi(s.x - d.x);
      const double weight = 2 * s.weight * d.weight;
      averages.value += weight * x.value * y.value;
      averages.derivative += weight * x.derivative * y.derivative;
    }
  }
  return averages;
}

}  // namespace plumb::theory
