// Losses of a slice, and their derivative with respect to the output layer's pre-activation.
#pragma once

#include <cstdint>
#include <span>

#include "core/matrix_view.hpp"
#include "net/settings.hpp"

namespace plumb::net {

/// Hochreiter and Schmidhuber 1997 count an answer to the adding problem as right within this.
inline constexpr double kCloseEnough = 0.04;

struct LossSums {
  double loss = 0;  // sum over samples
  // Samples whose largest z is at the class (first of equals); of a value to be predicted, those
  // predicted to within kCloseEnough.
  std::int64_t correct = 0;
};

/// z: (samples, classes), the output layer's pre-activation. targets: (samples), the class y in
/// 0..classes-1; of a network with one output the value y to be predicted.
/// delta: (samples, classes), on return d loss(x) / dz of each sample's own loss (not the mean):
///   softmax_cross_entropy  log sum_k exp z_k - z_y;                     softmax(z) - onehot(y)
///   sigmoid_cross_entropy  sum_k log(1 + exp z_k) - z_y;                sigmoid(z) - onehot(y)
///   mean_squared_error     1/2 ||z - onehot(y)||^2;                     z - onehot(y)
///   of one output         1/2 (z - y)^2;                        z - y
/// One output makes sense with mean_squared_error only.
template <class T>
LossSums evaluate_loss(Loss loss, core::MatrixView<const T> z, std::span<const double> targets,
                       core::MatrixView<T> delta);

}  // namespace plumb::net
