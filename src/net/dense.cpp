#include "net/dense.hpp"

#include "math/gemm/gemm.hpp"

namespace plumb::net {
namespace {

template <class T>
struct SubnormalLift;
template <>
struct SubnormalLift<float> {
  static constexpr double kThreshold = 0x1p-80;
  static constexpr float kFactor = 0x1p80F;
};
template <>
struct SubnormalLift<double> {
  static constexpr double kThreshold = 0x1p-900;
  static constexpr double kFactor = 0x1p200;
};

}  // namespace

template <class T>
T lift_from_subnormal(double norm, core::MatrixView<T> delta) {
  using Lift = SubnormalLift<T>;
  if (norm == 0 || !(norm < Lift::kThreshold)) return T{1};
  for (T& value : delta.span()) value *= Lift::kFactor;
  return Lift::kFactor;
}

template <class T>
void multiply_gradient(core::MatrixView<const T> input, core::MatrixView<const T> delta, T alpha,
                       core::MatrixView<T> weights) {
  math::gemm<T>(math::Op::Transpose, math::Op::None, alpha, input, delta, T{0}, weights);
}

template <class T>
void multiply_below(core::MatrixView<const T> delta, core::MatrixView<const T> weights, T alpha,
                    bool add, core::MatrixView<T> below) {
  math::gemm<T>(math::Op::None, math::Op::Transpose, alpha, delta, weights, add ? T{1} : T{0},
                below);
}

template float lift_from_subnormal(double, core::MatrixView<float>);
template double lift_from_subnormal(double, core::MatrixView<double>);
template void multiply_gradient(core::MatrixView<const float>, core::MatrixView<const float>, float,
                                core::MatrixView<float>);
template void multiply_gradient(core::MatrixView<const double>, core::MatrixView<const double>,
                                double, core::MatrixView<double>);
template void multiply_below(core::MatrixView<const float>, core::MatrixView<const float>, float,
                             bool, core::MatrixView<float>);
template void multiply_below(core::MatrixView<const double>, core::MatrixView<const double>, double,
                             bool, core::MatrixView<double>);

}  // namespace plumb::net
