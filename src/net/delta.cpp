#include "net/delta.hpp"

#include <type_traits>

#include "math/vector_kernels.hpp"

namespace plumb::net {

using core::MatrixView;

namespace {

template <class T>
struct SubnormalScale;
template <>
struct SubnormalScale<float> {
  static constexpr double kThreshold = 0x1p-80;
  static constexpr float kFactor = 0x1p80F;
};
template <>
struct SubnormalScale<double> {
  static constexpr double kThreshold = 0x1p-900;
  static constexpr double kFactor = 0x1p200;
};

template <class T>
bool rounds(const BackwardOptions<T>& options) {
  return options.format != math::NumberFormat::Float32;
}

template <class T>
void round_delta(math::NumberFormat format, std::span<T> delta) {
  if constexpr (std::is_same_v<T, float>) math::round_to(format, delta);
}

}  // namespace

template <class T>
math::SquareSum finish_hidden_delta(const BackwardOptions<T>& options,
                                    MatrixView<const T> derivative, MatrixView<T> delta,
                                    std::span<T> bias) {
  const math::SquareSum squares = math::scale_delta<T>(derivative, options.scale, delta, bias);
  if (!rounds(options)) return squares;
  round_delta(options.format, delta.span());
  return math::sum_delta<T>(delta, options.scale, bias);
}

template <class T>
math::SquareSum finish_output_delta(const BackwardOptions<T>& options, MatrixView<T> delta,
                                    std::span<T> bias) {
  if (options.loss_scale != T{1}) {
    for (T& value : delta.span()) value *= options.loss_scale;
  }
  if (rounds(options)) round_delta(options.format, delta.span());
  return math::sum_delta<T>(delta, options.scale, bias);
}

template <class T>
void count_exponents(const BackwardOptions<T>& options, std::size_t stage, std::span<const T> delta,
                     Workspace<T>& workspace) {
  if (options.delta_exponents.empty()) return;
  math::ExponentCounts& counts = options.delta_exponents[stage];
  if (options.loss_scale == T{1}) return math::count_exponents(delta, counts);
  T* const unscaled = workspace.take(WorkPiece::Unscaled, delta.size());
  for (std::size_t i = 0; i < delta.size(); ++i) unscaled[i] = delta[i] / options.loss_scale;
  math::count_exponents<T>({unscaled, delta.size()}, counts);
}

template <class T>
T scale_from_subnormal(double norm, MatrixView<T> delta) {
  using Scale = SubnormalScale<T>;
  if (norm == 0 || !(norm < Scale::kThreshold)) return T{1};
  for (T& value : delta.span()) value *= Scale::kFactor;
  return Scale::kFactor;
}

template math::SquareSum finish_hidden_delta(const BackwardOptions<float>&, MatrixView<const float>,
                                             MatrixView<float>, std::span<float>);
template math::SquareSum finish_hidden_delta(const BackwardOptions<double>&,
                                             MatrixView<const double>, MatrixView<double>,
                                             std::span<double>);
template math::SquareSum finish_output_delta(const BackwardOptions<float>&, MatrixView<float>,
                                             std::span<float>);
template math::SquareSum finish_output_delta(const BackwardOptions<double>&, MatrixView<double>,
                                             std::span<double>);
template void count_exponents(const BackwardOptions<float>&, std::size_t, std::span<const float>,
                              Workspace<float>&);
template void count_exponents(const BackwardOptions<double>&, std::size_t, std::span<const double>,
                              Workspace<double>&);
template float scale_from_subnormal(double, MatrixView<float>);
template double scale_from_subnormal(double, MatrixView<double>);

}  // namespace plumb::net
