#include "math/activations/tanh_averages.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace plumb::math {
namespace {

// The trapezoidal rule errs by exp(-2 pi d / step) for an integrand that is analytic within d of
// the real axis: sech has its poles at d = pi / 2, and exp(-x^2 / 2 q) gives exp(-2 pi^2 q /
// step^2). Both are below 1e-20 here, whatever q. The integrands that are left out beyond the grid
// are below exp(-72) of the normal density, or 4 exp(-48) of sech^2.
constexpr double kLargestStep = 0.125;
constexpr double kStepsPerDeviation = 4;
constexpr double kDeviations = 12;
constexpr double kReach = 24;

/// Points 0, step, 2 step, ... and their weights in the average of an even function over N(0, q).
struct EvenGrid {
  std::vector<double> x;
  std::vector<double> weight;
};

EvenGrid even_grid(double q) {
  const double deviation = std::sqrt(q);
  if (deviation == 0) return {{0}, {1}};
  const double step = std::min(kLargestStep, deviation / kStepsPerDeviation);
  const double reach = std::min(kReach, kDeviations * deviation);
  const double density = step / (deviation * std::sqrt(2 * std::numbers::pi));
  EvenGrid grid;
  for (std::size_t i = 0; static_cast<double>(i) * step <= reach; ++i) {
    const double x = static_cast<double>(i) * step;
    const double z = x / deviation;
    grid.x.push_back(x);
    grid.weight.push_back((i == 0 ? 1 : 2) * density * std::exp(-z * z / 2));
  }
  return grid;
}

}  // namespace

TanhAverages tanh_averages(double q) {
  const EvenGrid grid = even_grid(q);
  const double deviation = std::sqrt(q);
  TanhAverages sums;
  double sech_square = 0;
  double curvature = 0;             // (tanh^2)'' / 2
  double inverse_slope = 0;         // sech^2 (1 - z^2)
  double fourth_curvature = 0;      // (sech^4)'' / 2
  double fourth_inverse_slope = 0;  // sech^4 (z^2 - 1)
  for (std::size_t i = 0; i < grid.x.size(); ++i) {
    const double weight = grid.weight[i];
    const double cosh = std::cosh(grid.x[i]);
    const double tanh = std::tanh(grid.x[i]);
    const double z = deviation == 0 ? 0 : grid.x[i] / deviation;
    const double s2 = 1 / (cosh * cosh);
    const double s4 = s2 * s2;
    sums.square += weight * tanh * tanh;
    sums.sech_fourth += weight * s4;
    sums.sech_eighth += weight * s4 * s4;
    sech_square += weight * s2;
    curvature += weight * (s4 - 2 * tanh * tanh * s2);
    inverse_slope += weight * s2 * (1 - z * z);
    fourth_curvature += weight * s4 * (8 - 10 * s2);
    fourth_inverse_slope += weight * s4 * (z * z - 1);
  }
  // Small q: tanh^2 itself is small. Large q: only 1 - tanh^2 = sech^2 fits the grid, and the
  // slope by parts, Int Dz f (z^2 - 1) / (2 q), does not cancel.
  if (q > 1) {
    sums.square = 1 - sech_square;
    sums.square_slope = inverse_slope / q / 2;
    sums.sech_fourth_slope = fourth_inverse_slope / q / 2;
  } else {
    sums.square_slope = curvature;
    sums.sech_fourth_slope = fourth_curvature;
  }
  return sums;
}

double sech_square_product(double q, double c) {
  // x = s + d, y = s - d with independent s, d; cosh(x) cosh(y) = (cosh 2s + cosh 2d) / 2.
  const EvenGrid sum = even_grid(q * ((1 + c) / 2));
  const EvenGrid difference = even_grid(q * ((1 - c) / 2));
  std::vector<double> cosh_difference;
  for (const double d : difference.x) cosh_difference.push_back(std::cosh(2 * d));
  double average = 0;
  for (std::size_t i = 0; i < sum.x.size(); ++i) {
    const double cosh_sum = std::cosh(2 * sum.x[i]);
    double row = 0;
    for (std::size_t j = 0; j < cosh_difference.size(); ++j) {
      const double product = 2 / (cosh_sum + cosh_difference[j]);
      row += difference.weight[j] * product * product;
    }
    average += sum.weight[i] * row;
  }
  return average;
}

}  // namespace plumb::math
