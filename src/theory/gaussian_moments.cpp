#include "theory/gaussian_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "math/activations/activation_traits.hpp"

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

constexpr std::size_t kOrder = 12;
constexpr double kDeviations = 10;  // beyond, the density is below 1e-22
constexpr double kPanelDeviations = 0.75;
constexpr double kGrowth = 0.5;  // width of a panel by its distance from a centre

using Rule = std::array<Node, kOrder>;

/// Gauss-Legendre on [-1, 1]: Newton's method for the roots of the Legendre polynomial.
Rule gauss_legendre() {
  Rule rule;
  for (std::size_t i = 0; i < kOrder; ++i) {
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (kOrder + 0.5));
    double slope = 1;
    for (int step = 0; step < 20; ++step) {
      double before = 1;
      double value = x;
      for (std::size_t n = 2; n <= kOrder; ++n) {
        const auto k = static_cast<double>(n);
        const double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = kOrder * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    rule[i] = {x, 2 / ((1 - x * x) * slope * slope)};
  }
  return rule;
}

class Grid {
 public:
  Grid(double deviation, double feature) : deviation_(deviation), feature_(feature) {}

  /// From a to b; the next centres below and above may be infinitely far away.
  void add(double a, double b, double centre_below, double centre_above) {
    const double distance = std::min(a - centre_below, centre_above - b);
    const double widest = std::min(kPanelDeviations * deviation_, kGrowth * (feature_ + distance));
    if (b - a <= widest) return add_panel(a, b);
    const double middle = (a + b) / 2;
    add(a, middle, centre_below, centre_above);
    add(middle, b, centre_below, centre_above);
  }
  [[nodiscard]] std::vector<Node> nodes() && { return std::move(nodes_); }

 private:
  void add_panel(double a, double b) {
    static const Rule kRule = gauss_legendre();
    const double half = (b - a) / 2;
    const double density = half / (deviation_ * std::sqrt(2 * std::numbers::pi));
    for (const Node& node : kRule) {
      const double x = (a + b) / 2 + half * node.x;
      const double z = x / deviation_;
      nodes_.push_back({x, node.weight * density * std::exp(-z * z / 2)});
    }
  }

  double deviation_;
  double feature_;
  std::vector<Node> nodes_;
};

}  // namespace

bool is_homogeneous(math::Activation activation) noexcept {
  return math::traits_of(activation).is_homogeneous;
}

Moments gaussian_moments(const ActivationFunction& function, double q) {
  const auto closed_form = math::traits_of(function.activation).gaussian_moments;
  return closed_form != nullptr ? closed_form(q, function.negative_slope)
                                : quadrature_moments(function, q);
}

double spread(const Moments& moments) noexcept {
  const double mu_1 = moments.derivative_square;
  return 3 * moments.derivative_fourth / (mu_1 * mu_1) - 1;
}

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

std::vector<Node> normal_grid(double variance, double low, std::span<const double> centres,
                              double feature) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double deviation = std::sqrt(variance);
  const double reach = kDeviations * deviation;
  double from = std::max(low, -reach);
  std::vector<double> inner;
  for (const double centre : centres) {
    if (centre > from && centre < reach) inner.push_back(centre);
  }
  std::sort(inner.begin(), inner.end());
  const bool starts_at_centre = std::find(centres.begin(), centres.end(), from) != centres.end();
  double below = starts_at_centre ? from : -kInfinity;
  Grid grid(deviation, feature);
  for (const double centre : inner) {
    if (centre > from) grid.add(from, centre, below, centre);
    from = below = centre;
  }
  grid.add(from, reach, below, kInfinity);
  return std::move(grid).nodes();
}

}  // namespace plumb::theory
