#include "net/losses.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace plumb::net {
namespace {

// All in double: ten classes cost nothing, and the loss is what everything else is judged by.

template <class T>
double softmax_cross_entropy(std::span<const T> z, std::size_t label, std::span<T> delta) {
  const double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  double others = 0;  // all but the label, so that p_y - 1 does not cancel
  for (std::size_t k = 0; k < z.size(); ++k) {
    const double term = std::exp(z[k] - largest);
    sum += term;
    if (k != label) others += term;
  }
  for (std::size_t k = 0; k < z.size(); ++k) {
    delta[k] = static_cast<T>(k == label ? -others / sum : std::exp(z[k] - largest) / sum);
  }
  return std::log(sum) - (z[label] - largest);
}

template <class T>
double sigmoid_cross_entropy(std::span<const T> z, std::size_t label, std::span<T> delta) {
  double loss = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    // -log s(x) with x = z for the label, -z for the others; its derivative is -s(-x).
    const double x = k == label ? z[k] : -z[k];
    loss += std::max(-x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    const double slope = 1 / (1 + std::exp(x));
    delta[k] = static_cast<T>(k == label ? -slope : slope);
  }
  return loss;
}

template <class T>
double mean_squared_error(std::span<const T> z, std::size_t label, std::span<T> delta) {
  double loss = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    const double difference = k == label ? z[k] - 1.0 : z[k];
    loss += difference * difference / 2;
    delta[k] = static_cast<T>(difference);
  }
  return loss;
}

template <class T>
double value_loss(T z, double target, std::span<T> delta) {
  const double difference = z - target;
  delta[0] = static_cast<T>(difference);
  return difference * difference / 2;
}

double times_log(double share) { return share > 0 ? share * std::log(share) : 0; }

/// Softmax gives each class its share: - sum p log p, ln(classes) where all are equal.
double entropy(std::span<const double> shares) {
  double sum = 0;
  for (const double p : shares) sum -= times_log(p);
  return sum;
}

/// z of each class with sigmoid(z) = p, its share.
double sum_of_entropies(std::span<const double> shares) {
  double sum = 0;
  for (const double p : shares) sum -= times_log(p) + times_log(1 - p);
  return sum;
}

/// z = p, the mean of the one-hot targets: sum p (1 - p) / 2.
double half_variance_of_one_hot(std::span<const double> shares) {
  double sum = 0;
  for (const double p : shares) sum += p * (1 - p) / 2;
  return sum;
}

constexpr LossInfo kLosses[] = {
    {.loss = Loss::SoftmaxCrossEntropy,
     .name = "softmax_cross_entropy",
     .of_class_float = softmax_cross_entropy<float>,
     .of_class_double = softmax_cross_entropy<double>,
     .predicts_values = false,
     .chance_level = entropy,
     .chance_rule = "entropy of the classes' shares, ln(classes) where they are equal"},
    {.loss = Loss::SigmoidCrossEntropy,
     .name = "sigmoid_cross_entropy",
     .of_class_float = sigmoid_cross_entropy<float>,
     .of_class_double = sigmoid_cross_entropy<double>,
     .predicts_values = false,
     .chance_level = sum_of_entropies,
     .chance_rule = "sum over classes of the entropy of one share and its rest"},
    {.loss = Loss::MeanSquaredError,
     .name = "mean_squared_error",
     .of_class_float = mean_squared_error<float>,
     .of_class_double = mean_squared_error<double>,
     .predicts_values = true,
     .chance_level = half_variance_of_one_hot,
     .chance_rule = "half the variance of the targets"},
};

std::vector<core::Named<Loss>> all_names() {
  std::vector<core::Named<Loss>> names;
  for (const LossInfo& info : kLosses) names.push_back({info.loss, info.name});
  return names;
}

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

std::span<const LossInfo> losses() { return kLosses; }

const LossInfo& info_of(Loss loss) {
  for (const LossInfo& info : kLosses) {
    if (info.loss == loss) return info;
  }
  throw std::logic_error("a loss is missing in the table of losses");
}

std::span<const core::Named<Loss>> enum_names(Loss) {
  static const std::vector<core::Named<Loss>> names = all_names();
  return names;
}

template <class T>
LossSums evaluate_loss(Loss loss, core::MatrixView<const T> z, std::span<const double> targets,
                       core::MatrixView<T> delta) {
  LossSums sums;
  const ClassLoss<T> class_loss = info_of(loss).of_class<T>();
  for (std::size_t sample = 0; sample < z.rows; ++sample) {
    const std::span<const T> row = z.row(sample);
    if (z.cols == 1) {
      sums.loss += value_loss(row[0], targets[sample], delta.row(sample));
      sums.correct += std::abs(row[0] - targets[sample]) < kCloseEnough ? 1 : 0;
      continue;
    }
    const auto label = static_cast<std::size_t>(targets[sample]);
    sums.loss += class_loss(row, label, delta.row(sample));
    const auto guess = std::max_element(row.begin(), row.end()) - row.begin();
    sums.correct += static_cast<std::size_t>(guess) == label ? 1 : 0;
  }
  return sums;
}

template LossSums evaluate_loss(Loss, core::MatrixView<const float>, std::span<const double>,
                                core::MatrixView<float>);
template LossSums evaluate_loss(Loss, core::MatrixView<const double>, std::span<const double>,
                                core::MatrixView<double>);

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
