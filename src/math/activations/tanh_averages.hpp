// Gaussian integrals of tanh, at any variance.
#pragma once

namespace plumb::math {

/// Averages over x ~ N(0, q), q finite and >= 0; relative error about 1e-14.
struct TanhAverages {
  double square = 0;             // tanh(x)^2
  double square_slope = 0;       // d/dq of it
  double sech_fourth = 0;        // tanh'(x)^2 = sech(x)^4
  double sech_eighth = 0;        // tanh'(x)^4
  double sech_fourth_slope = 0;  // d/dq of sech(x)^4's average
};

TanhAverages tanh_averages(double q);

/// Average of tanh'(x) tanh'(y) over x, y ~ N(0, q) with correlation c in [0, 1].
double sech_square_product(double q, double c);

}  // namespace plumb::math
