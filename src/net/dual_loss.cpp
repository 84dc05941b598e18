#include "net/dual_loss.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace plumb::net {
namespace {

using math::Dual;

// log(1 + exp z), without overflow.
Dual softplus(Dual z) { return z.value > 0 ? z + log1p(exp(-z)) : log1p(exp(z)); }

Dual softmax_cross_entropy(std::span<const Dual> z, std::size_t label) {
  // Differences from the label's z first: of a nearly certain sample the tangents would cancel at
  // the end.
  double largest = 0;
  for (const Dual& value : z) largest = std::max(largest, (value - z[label]).value);
  Dual sum;
  for (const Dual& value : z) sum = sum + exp(value - z[label] - largest);
  return log(sum) + largest;
}

Dual half_square(Dual difference) { return difference * difference / 2.0; }

template <class Term>
Dual sum_over_classes(std::span<const Dual> z, const Term& term) {
  Dual sum;
  for (std::size_t k = 0; k < z.size(); ++k) sum = sum + term(k);
  return sum;
}

}  // namespace

Dual dual_loss(Loss loss, std::span<const Dual> z, double target) {
  if (z.size() == 1) return half_square(z[0] - target);
  const auto label = static_cast<std::size_t>(target);
  switch (loss) {
    case Loss::SoftmaxCrossEntropy:
      return softmax_cross_entropy(z, label);
    case Loss::SigmoidCrossEntropy:
      return sum_over_classes(z,
                              [&](std::size_t k) { return softplus(k == label ? -z[k] : z[k]); });
    case Loss::MeanSquaredError:
      return sum_over_classes(
          z, [&](std::size_t k) { return half_square(k == label ? z[k] - 1.0 : z[k]); });
  }
  throw std::logic_error("a loss without its formula for the gradient check");
}

}  // namespace plumb::net
