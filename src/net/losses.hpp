// Losses of a slice, and their derivative with respect to the output layer's pre-activation.
#pragma once

#include <cstdint>
#include <span>

#include "core/matrix_view.hpp"
#include "net/settings.hpp"

namespace plumb::net {

struct LossSums {
  double loss = 0;           // sum over samples
  std::int64_t correct = 0;  // samples whose largest z is at the label (first of equals)
};

/// z: (samples, classes), the output layer's pre-activation. labels: (samples), in 0..classes-1.
/// delta: (samples, classes), on return d loss(x) / dz of each sample's own loss (not the mean):
///   softmax_cross_entropy  log sum_k exp z_k - z_y;                     softmax(z) - onehot(y)
///   sigmoid_cross_entropy  sum_k log(1 + exp z_k) - z_y;                sigmoid(z) - onehot(y)
///   mean_squared_error     1/2 ||z - onehot(y)||^2;                     z - onehot(y)
template <class T>
LossSums evaluate_loss(Loss loss, core::MatrixView<const T> z, std::span<const std::int32_t> labels,
                       core::MatrixView<T> delta);

}  // namespace plumb::net
