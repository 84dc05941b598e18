#include "net/network.hpp"

#include <algorithm>
#include <utility>

#include "math/activations/activation_traits.hpp"
#include "math/moments.hpp"
#include "math/vector_kernels.hpp"
#include "net/dense.hpp"

namespace plumb::net {

using core::MatrixView;

namespace {

template <class T>
void round_delta(math::NumberFormat format, std::span<T> delta) {
  if constexpr (std::is_same_v<T, float>) math::round_to(format, delta);
}

template <class T>
void count_unscaled(std::span<const T> delta, T loss_scale, math::ExponentCounts& counts) {
  if (loss_scale == T{1}) return math::count_exponents(delta, counts);
  T* const unscaled = scratch<T>(Scratch::Unscaled, delta.size());
  for (std::size_t i = 0; i < delta.size(); ++i) unscaled[i] = delta[i] / loss_scale;
  math::count_exponents<T>({unscaled, delta.size()}, counts);
}

}  // namespace

template <class T>
Network<T>::Network(const NetworkSettings& settings, Loss loss, const ProblemShape& problem,
                    ParameterLayout layout, std::vector<Stage> stages)
    : layout_(std::move(layout)),
      stages_(std::move(stages)),
      inputs_(problem.inputs),
      activation_(settings.activation),
      negative_slope_(static_cast<T>(settings.negative_slope)),
      loss_(loss) {}

template <class T>
math::Activation Network<T>::function(std::size_t stage) const {
  return is_output(stage) ? math::Activation::Linear : activation_;
}

template <class T>
double Network<T>::pivot(std::size_t stage) const {
  return math::traits_of(function(stage)).value_at_zero;
}

template <class T>
void Network<T>::activate(std::size_t stage, std::span<const T> parameters, Slice<T>& slice,
                          std::span<std::uint8_t> alive) const {
  const std::span<const T> bias = layout_.bias(parameters, stages_[stage].group);
  const MatrixView<T> z = slice.derivative(stage);
  const MatrixView<T> a = slice.activation(stage);
  if (alive.empty()) {
    math::activate<T>(function(stage), negative_slope_, z, bias, a);
  } else {
    slice.stage_sums[stage].activation =
        math::activate_measured<T>(function(stage), negative_slope_, z, bias, a, alive);
  }
}

template <class T>
void Network<T>::add_skip(std::size_t stage, MatrixView<const T> below, Slice<T>& slice,
                          bool measure) const {
  const MatrixView<T> a = slice.activation(stage);
  math::add<T>(below.span(), a.span());
  if (!measure) return;
  math::ActivationSums& sums = slice.stage_sums[stage].activation;
  sums.deviation = 0;
  sums.deviation_squared = 0;
  math::add_moments<T>(a.span(), pivot(stage), sums.deviation, sums.deviation_squared);
}

template <class T>
std::size_t Network<T>::workspace_bytes(std::size_t samples, bool loss_scaled) const {
  std::size_t largest = 0;
  for (const Stage& stage : stages_) largest = std::max(largest, stage.entries());
  return sizeof(T) * (workspace_numbers(samples) + (loss_scaled ? samples * largest : 0));
}

template <class T>
void Network<T>::evaluate_loss(Slice<T>& slice) const {
  const std::size_t output = stages_.size() - 1;
  slice.loss_sums = net::evaluate_loss<T>(loss_, slice.activation(output), slice.targets(),
                                          slice.derivative(output));
}

template <class T>
void Network<T>::finish_delta(std::size_t stage, const BackwardOptions<T>& options, Slice<T>& slice,
                              std::span<T> bias) const {
  const bool output = is_output(stage);
  const bool rounds = options.format != math::NumberFormat::Float32;
  const MatrixView<T> delta = this->delta(stage, slice);
  math::SquareSum& squares = slice.stage_sums[stage].delta;
  if (output && options.loss_scale != T{1}) {
    for (T& value : delta.span()) value *= options.loss_scale;
  }
  if (!output) {
    squares = math::scale_delta<T>(slice.derivative(stage), options.scale, delta, bias);
  }
  if (rounds) round_delta(options.format, delta.span());
  if (output || rounds) squares = math::sum_delta<T>(delta, options.scale, bias);
  if (!options.delta_exponents.empty()) {
    count_unscaled<T>(delta.span(), options.loss_scale, options.delta_exponents[stage]);
  }
}

template <class T>
void Network<T>::lift_delta(std::size_t stage, Slice<T>& slice) const {
  const double norm = slice.stage_sums[stage].delta.norm();
  slice.drop = T{1} / lift_from_subnormal<T>(norm, delta(stage, slice));
}

template <class T>
void Network<T>::differentiate_dense(std::size_t stage, const BackwardOptions<T>& options,
                                     Slice<T>& slice, MatrixView<T> weights,
                                     std::span<T> bias) const {
  finish_delta(stage, options, slice, bias);
  lift_delta(stage, slice);
  multiply_gradient<T>(slice.fed(stage), delta(stage, slice), options.scale * slice.drop, weights);
  if (options.measure) {
    slice.stage_sums[stage].weight_gradient = math::square_sum<T>(weights.span());
  }
}

template <class T>
void Network<T>::pass_down_dense(std::size_t stage, std::span<const T> parameters, Slice<T>& slice,
                                 MatrixView<T> below, bool add_below) const {
  const MatrixView<const T> all = layout_.weights(parameters, stages_[stage].group);
  const MatrixView<const T> lower = {all.data, below.cols, all.cols};
  multiply_below<T>(delta(stage, slice), lower, slice.drop, add_below, below);
}

template class Network<float>;
template class Network<double>;

}  // namespace plumb::net
