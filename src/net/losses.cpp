#include "net/losses.hpp"

#include <algorithm>
#include <cmath>

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

template <class T>
double class_loss(Loss loss, std::span<const T> z, std::size_t label, std::span<T> delta) {
  switch (loss) {
    case Loss::SoftmaxCrossEntropy:
      return softmax_cross_entropy(z, label, delta);
    case Loss::SigmoidCrossEntropy:
      return sigmoid_cross_entropy(z, label, delta);
    case Loss::MeanSquaredError:
      return mean_squared_error(z, label, delta);
  }
  return 0;
}

}  // namespace

template <class T>
LossSums evaluate_loss(Loss loss, core::MatrixView<const T> z, std::span<const double> targets,
                       core::MatrixView<T> delta) {
  LossSums sums;
  for (std::size_t sample = 0; sample < z.rows; ++sample) {
    const std::span<const T> row = z.row(sample);
    if (z.cols == 1) {
      sums.loss += value_loss(row[0], targets[sample], delta.row(sample));
      sums.correct += std::abs(row[0] - targets[sample]) < kCloseEnough ? 1 : 0;
      continue;
    }
    const auto label = static_cast<std::size_t>(targets[sample]);
    sums.loss += class_loss(loss, row, label, delta.row(sample));
    const auto guess = std::max_element(row.begin(), row.end()) - row.begin();
    sums.correct += static_cast<std::size_t>(guess) == label ? 1 : 0;
  }
  return sums;
}

template LossSums evaluate_loss(Loss, core::MatrixView<const float>, std::span<const double>,
                                core::MatrixView<float>);
template LossSums evaluate_loss(Loss, core::MatrixView<const double>, std::span<const double>,
                                core::MatrixView<double>);

}  // namespace plumb::net
