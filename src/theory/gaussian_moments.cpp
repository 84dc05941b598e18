#include "theory/gaussian_moments.hpp"

#include "math/activations/activation_traits.hpp"
#include "theory/quadrature.hpp"

namespace plumb::theory {

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

}  // namespace plumb::theory
