// Losses of a slice, and their derivative with respect to the output layer's pre-activation. In
// dual numbers, for the gradient check only, they are plain loops that share no code with the fast
// path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "core/matrix_view.hpp"
#include "math/dual.hpp"
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

/// One sample's loss on a class: z and delta as in evaluate_loss, of one sample.
template <class T>
using ClassLoss = double (*)(std::span<const T> z, std::size_t label, std::span<T> delta);

/// What a loss is. One more needs its value in Loss and its entry in losses().
struct LossInfo {
  Loss loss;
  std::string_view name;  // in study files
  ClassLoss<float> of_class_float;
  ClassLoss<double> of_class_double;
  /// Whether the target may be a number to be predicted; every loss takes a class.
  bool predicts_values;
  /// The least mean loss of an output that does not depend on the sample, where the classes have
  /// these shares of the samples: what a network that has learned nothing can reach.
  double (*chance_level)(std::span<const double> shares);
  std::string_view chance_rule;  // the same in words

  template <class T>
  [[nodiscard]] ClassLoss<T> of_class() const {
    if constexpr (std::is_same_v<T, float>) {
      return of_class_float;
    } else {
      return of_class_double;
    }
  }
};

/// In the order in which users see them.
std::span<const LossInfo> losses();

const LossInfo& info_of(Loss loss);

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

/// Loss of one sample with pre-activations z; target as in evaluate_loss.
math::Dual dual_loss(Loss loss, std::span<const math::Dual> z, double target);

}  // namespace plumb::net
