// Averages of any activation function over normally distributed inputs, from its plain reference.
#pragma once

#include "theory/gaussian_moments.hpp"

namespace plumb::theory {

/// As gaussian_moments(), whatever the function; about 11 digits. q finite and >= 0.
Moments quadrature_moments(const ActivationFunction& function, double q);

/// Averages over normal x, y of variance q > 0 and correlation c in [0, 1].
struct PairAverages {
  double value = 0;       // phi(x) phi(y)
  double derivative = 0;  // phi'(x) phi'(y)
};

PairAverages pair_averages(const ActivationFunction& function, double q, double c);

}  // namespace plumb::theory
