// Points and weights for averages over a normal distribution.
#pragma once

#include <span>
#include <vector>

namespace plumb::theory {

struct Node {
  double x = 0;
  double weight = 0;  // adds up to 1 over the whole line
};

/// Composite Gauss-Legendre rule for x ~ N(0, variance), x >= low. Panels are narrower than the
/// distribution, end at every centre and grow in proportion to `feature` plus the distance from the
/// nearest one: an integrand may have a corner at a centre and any detail of size `feature` near
/// it. Ten standard deviations are covered; variance > 0.
std::vector<Node> normal_grid(double variance, double low, std::span<const double> centres,
                              double feature);

}  // namespace plumb::theory
