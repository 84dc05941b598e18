#include "theory/normal_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace plumb::theory {
namespace {

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
