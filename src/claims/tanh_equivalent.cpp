#include "claims/tanh_equivalent.hpp"

#include <algorithm>
#include <cmath>

#include "claims/random_network.hpp"

namespace plumb::claims {
namespace {

using net::ParameterLayout;

/// W' = weight W, b' = bias b + column_sum (column sums of W).
struct Factors {
  double weight;
  double bias;
  double column_sum;
};

Factors factors_of(const ParameterLayout& layout, std::size_t layer) {
  const bool first = layer == 0;
  const bool output = layer + 1 == layout.layers();
  if (first) return {output ? 1.0 : 0.5, output ? 1.0 : 0.5, 0};
  return output ? Factors{0.5, 1, 0.5} : Factors{0.25, 0.5, 0.25};
}

/// Collects the largest difference and the largest value.
class Largest {
 public:
  void add(double value, double other) {
    difference_ = std::max(difference_, std::abs(value - other));
    value_ = std::max(value_, std::abs(value));
  }
  [[nodiscard]] double relative() const { return value_ > 0 ? difference_ / value_ : difference_; }

 private:
  double difference_ = 0;
  double value_ = 0;
};

/// dE/db = bias dE/db'. With one sample that is its delta.
double compare_deltas(RandomNetwork<double>& sigmoid, RandomNetwork<double>& tanh,
                      std::size_t layer) {
  const Factors factors = factors_of(sigmoid.layout(), layer);
  const auto own = sigmoid.layout().bias(sigmoid.parameter_gradients(), layer);
  const auto of_tanh = sigmoid.layout().bias(tanh.parameter_gradients(), layer);
  Largest largest;
  for (std::size_t j = 0; j < own.size(); ++j) largest.add(own[j], factors.bias * of_tanh[j]);
  return largest.relative();
}

/// dE/dW = weight dE/dW' + column_sum dE/db'.
double compare_weight_gradients(RandomNetwork<double>& sigmoid, RandomNetwork<double>& tanh,
                                std::size_t layer) {
  const Factors factors = factors_of(sigmoid.layout(), layer);
  const auto own = sigmoid.layout().weights(sigmoid.parameter_gradients(), layer);
  const auto of_tanh = sigmoid.layout().weights(tanh.parameter_gradients(), layer);
  const auto tanh_bias = sigmoid.layout().bias(tanh.parameter_gradients(), layer);
  Largest largest;
  for (std::size_t i = 0; i < own.rows; ++i) {
    for (std::size_t j = 0; j < own.cols; ++j) {
      largest.add(own(i, j), factors.weight * of_tanh(i, j) + factors.column_sum * tanh_bias[j]);
    }
  }
  return largest.relative();
}

double compare_activations(RandomNetwork<double>& sigmoid, RandomNetwork<double>& tanh,
                           std::size_t layer) {
  const bool output = layer + 1 == sigmoid.stages();
  Largest largest;
  const auto of_tanh = tanh.activation(layer).span();
  const auto own = sigmoid.activation(layer).span();
  for (std::size_t i = 0; i < own.size(); ++i) {
    largest.add(own[i], output ? of_tanh[i] : (1 + of_tanh[i]) / 2);
  }
  return largest.relative();
}

}  // namespace

void make_tanh_equivalent(const ParameterLayout& layout, std::span<const double> sigmoid,
                          std::span<double> tanh) {
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    const Factors factors = factors_of(layout, layer);
    const auto weights = layout.weights(sigmoid, layer);
    const auto tanh_weights = layout.weights(tanh, layer);
    const auto bias = layout.bias(sigmoid, layer);
    const auto tanh_bias = layout.bias(tanh, layer);
    for (std::size_t j = 0; j < bias.size(); ++j) {
      double column_sum = 0;
      for (std::size_t i = 0; i < weights.rows; ++i) {
        column_sum += weights(i, j);
        tanh_weights(i, j) = factors.weight * weights(i, j);
      }
      tanh_bias[j] = factors.bias * bias[j] + factors.column_sum * column_sum;
    }
  }
}

EquivalenceDifference compare_with_tanh_equivalent(net::NetworkSettings settings,
                                                   std::size_t inputs, std::uint64_t seed) {
  settings.activation = math::Activation::Sigmoid;
  RandomNetwork<double> sigmoid(settings, {inputs, 10}, seed);
  settings.activation = math::Activation::Tanh;
  RandomNetwork<double> tanh(settings, {inputs, 10}, seed);
  make_tanh_equivalent(sigmoid.layout(), sigmoid.parameters(), tanh.parameters());
  for (RandomNetwork<double>* network : {&sigmoid, &tanh}) {
    network->forward();
    network->evaluate_loss();
    network->backward();
  }
  EquivalenceDifference worst;
  for (std::size_t layer = 0; layer < sigmoid.stages(); ++layer) {
    worst.activation = std::max(worst.activation, compare_activations(sigmoid, tanh, layer));
    worst.delta = std::max(worst.delta, compare_deltas(sigmoid, tanh, layer));
    worst.weight_gradient =
        std::max(worst.weight_gradient, compare_weight_gradients(sigmoid, tanh, layer));
  }
  return worst;
}

}  // namespace plumb::claims
