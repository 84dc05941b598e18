#include "theory/gaussian_moments.hpp"

#include <cmath>
#include <numbers>

#include "theory/tanh_averages.hpp"

namespace plumb::theory {
namespace {

using math::Activation;

/// Slope left of zero; right of it, it is 1.
double left_slope(const ActivationFunction& function) noexcept {
  if (function.activation == Activation::Relu) return 0;
  return function.activation == Activation::LeakyRelu ? function.negative_slope : 1;
}

Moments piecewise_linear_moments(double a, double q) {
  const double a2 = a * a;
  const double half = (1 + a2) / 2;
  const double mean = (1 - a) * std::sqrt(q / (2 * std::numbers::pi));
  return {mean, q * half, half, half, (1 + a2 * a2) / 2, 0};
}

Moments tanh_moments(double q) {
  const TanhAverages t = tanh_averages(q);
  return {0, t.square, t.square_slope, t.sech_fourth, t.sech_eighth, t.sech_fourth_slope};
}

/// sigmoid(x) = (1 + tanh(x / 2)) / 2: the input of that tanh has variance q / 4.
Moments sigmoid_moments(double q) {
  const TanhAverages t = tanh_averages(q / 4);
  return {0.5,
          (1 + t.square) / 4,
          t.square_slope / 16,
          t.sech_fourth / 16,
          t.sech_eighth / 256,
          t.sech_fourth_slope / 64};
}

}  // namespace

bool is_piecewise_linear(Activation activation) noexcept {
  return activation != Activation::Sigmoid && activation != Activation::Tanh;
}

Moments gaussian_moments(const ActivationFunction& function, double q) {
  if (function.activation == Activation::Tanh) return tanh_moments(q);
  if (function.activation == Activation::Sigmoid) return sigmoid_moments(q);
  return piecewise_linear_moments(left_slope(function), q);
}

double derivative_product(Activation activation, double q, double c) {
  if (activation == Activation::Sigmoid) return sech_square_product(q / 4, c) / 16;
  return sech_square_product(q, c);
}

double spread(const Moments& moments) noexcept {
  const double mu_1 = moments.derivative_square;
  return 3 * moments.derivative_fourth / (mu_1 * mu_1) - 1;
}

}  // namespace plumb::theory
