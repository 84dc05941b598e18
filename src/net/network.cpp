#include "net/network.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "math/activations/activation_traits.hpp"
#include "math/reductions.hpp"
#include "math/vector_kernels.hpp"

namespace plumb::net {

using core::MatrixView;

template <class T>
Network<T>::Network(const NetworkSettings& settings, Loss loss, const ProblemShape& problem)
    : inputs_(problem.inputs),
      activation_(settings.activation),
      negative_slope_(static_cast<T>(settings.negative_slope)),
      loss_(loss),
      groups_(recipe_of(settings.family).layers(settings, problem)),
      layout_(parameter_layout(groups_)) {
  for (const LayerGroup& group : groups_) add_group(group);
  first_stage_.push_back(stages_.size());
  for (std::size_t group = 0; group < groups_.size(); ++group) add_extra(group);
}

template <class T>
void Network<T>::add_group(const LayerGroup& group) {
  const std::size_t index = first_stage_.size();
  first_stage_.push_back(stages_.size());
  std::size_t input = group.layer->own_input();
  if (index > 0 && groups_[index - 1].pooling) input = groups_[index - 1].pooling->pooled_entries();
  for (const std::string& name : group.stages) {
    stages_.push_back({name, index, group.layer->positions(), layout_.shape(index).fan_out, input});
  }
}

template <class T>
void Network<T>::add_extra(std::size_t group) {
  const LayerShape& shape = layout_.shape(group);
  for (std::size_t stage = first_stage_[group]; stage < first_stage_[group + 1]; ++stage) {
    switch (groups_[group].layer->sharing()) {
      case WeightSharing::None:
        break;
      case WeightSharing::Positions:
        extra_.add(ExtraKind::MeanDelta, stage, group, stages_[stage].entries());
        break;
      case WeightSharing::Time:
        extra_.add(ExtraKind::WeightGradient, stage, group, shape.weights());
        extra_.add(ExtraKind::BiasGradient, stage, group, shape.fan_out);
        break;
    }
  }
}

template <class T>
math::Activation Network<T>::function(std::size_t stage) const {
  return is_output(stage) ? math::Activation::Linear : activation_;
}

template <class T>
double Network<T>::pivot(std::size_t stage) const {
  return math::traits_of(function(stage)).value_at_zero;
}

template <class T>
void Network<T>::forward(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                         Workspace<T>& workspace, std::span<std::uint8_t> alive) const {
  const LayerGroup& own = groups_[group];
  const std::size_t first = first_stage_[group];
  for (std::size_t stage = first; stage < first_stage_[group + 1]; ++stage) {
    const std::size_t units = stages_[stage].units;
    own.layer->forward({layout_.group(parameters, group), slice, workspace, stage});
    activate(stage, parameters, slice,
             alive.empty() ? alive : alive.subspan((stage - first) * units, units));
    if (own.skip) add_skip(stage, slice, !alive.empty());
    if (own.pooling) pool(stage, slice);
  }
}

/// z of the stage, without bias, to phi(z + bias) and phi'(z + bias).
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

/// And the moments again.
template <class T>
void Network<T>::add_skip(std::size_t stage, Slice<T>& slice, bool measure) const {
  const MatrixView<T> a = slice.activation(stage);
  Skip::forward<T>(slice.layer_input(stage), a);
  if (!measure) return;
  math::ActivationSums& sums = slice.stage_sums[stage].activation;
  sums.deviation = 0;
  sums.deviation_squared = 0;
  math::add_moments<T>(a.span(), pivot(stage), sums.deviation, sums.deviation_squared);
}

template <class T>
void Network<T>::pool(std::size_t stage, Slice<T>& slice) const {
  const PoolingLayer& pooling = *group_of(stage).pooling;
  const MatrixView<T> images{slice.activation(stage).data, slice.samples(), pooling.entries()};
  for (std::size_t s = 0; s < slice.samples(); ++s) {
    pooling.forward<T>(images.row(s), slice.layer_input(stage + 1).row(s));
  }
}

template <class T>
void Network<T>::evaluate_loss(Slice<T>& slice) const {
  const std::size_t output = stages_.size() - 1;
  slice.loss_sums = net::evaluate_loss<T>(loss_, slice.activation(output), slice.targets(),
                                          slice.derivative(output));
}

template <class T>
void Network<T>::weight_gradient(std::size_t group, std::span<const T> parameters,
                                 const BackwardOptions<T>& options, Slice<T>& slice,
                                 Workspace<T>& workspace, const GroupGradient<T>& out) const {
  if (groups_[group].layer->sharing() == WeightSharing::Time) {
    return sum_over_time(group, parameters, options, slice, workspace, out);
  }
  stage_gradient({layout_.group(parameters, group), slice, workspace, first_stage_[group]}, options,
                 {layout_.weights_of_group(out.parameters, group).span(),
                  layout_.bias_of_group(out.parameters, group), out.extra});
}

template <class T>
void Network<T>::stage_gradient(const StagePass<T>& pass, const BackwardOptions<T>& options,
                                const StageGradient& out) const {
  const LayerGroup& group = group_of(pass.stage);
  Slice<T>& slice = pass.slice;
  const MatrixView<T> delta = this->delta(pass.stage, slice);
  SliceStageSums& sums = slice.stage_sums[pass.stage];
  if (group.skip) {
    Skip::input_gradient<T>({delta.data, slice.samples(), stages_[pass.stage].entries()},
                            delta_below(pass.stage, slice));
  }
  sums.delta = is_output(pass.stage)
                   ? finish_output_delta<T>(options, delta, out.bias)
                   : finish_hidden_delta<T>(options, slice.derivative(pass.stage), delta, out.bias);
  count_exponents<T>(options, pass.stage, delta.span(), pass.workspace);
  if (!out.mean_delta.empty()) {
    math::sum_delta<T>({delta.data, slice.samples(), out.mean_delta.size()}, options.scale,
                       out.mean_delta);
  }
  slice.unscale = T{1} / scale_from_subnormal<T>(sums.delta.norm(), delta);
  group.layer->weight_gradient(pass, delta, options.scale * slice.unscale, out.weights);
  if (options.measure) sums.weight_gradient = math::square_sum<T>(out.weights);
}

/// Back through time, from one step to the one before. Each time step's contribution is computed
/// on its own and added, whether somebody wants to see the contributions or not: recording changes
/// no bits.
template <class T>
void Network<T>::sum_over_time(std::size_t group, std::span<const T> parameters,
                               const BackwardOptions<T>& options, Slice<T>& slice,
                               Workspace<T>& workspace, const GroupGradient<T>& out) const {
  const std::span<T> weights = layout_.weights_of_group(out.parameters, group).span();
  const std::span<T> bias = layout_.bias_of_group(out.parameters, group);
  const std::size_t both = weights.size() + bias.size();
  const std::size_t first = first_stage_[group];
  std::fill(weights.begin(), weights.end(), T{0});
  std::fill(bias.begin(), bias.end(), T{0});
  for (std::size_t stage = first_stage_[group + 1]; stage-- > first;) {
    T* const own = out.extra.empty() ? workspace.take(WorkPiece::StepGradient, both)
                                     : out.extra.data() + (stage - first) * both;
    const StageGradient step{{own, weights.size()}, {own + weights.size(), bias.size()}, {}};
    const StagePass<T> pass{layout_.group(parameters, group), slice, workspace, stage};
    stage_gradient(pass, options, step);
    if (stage > first) stage_input_gradient(pass);
    math::add<T>(step.weights, weights);
    math::add<T>(step.bias, bias);
  }
}

template <class T>
void Network<T>::input_gradient(std::size_t group, std::span<const T> parameters, Slice<T>& slice,
                                Workspace<T>& workspace) const {
  if (group == 0) return;
  stage_input_gradient({layout_.group(parameters, group), slice, workspace, first_stage_[group]});
}

template <class T>
void Network<T>::stage_input_gradient(const StagePass<T>& pass) const {
  const LayerGroup& group = group_of(pass.stage);
  const auto& pooling = group_of(pass.stage - 1).pooling;
  Slice<T>& slice = pass.slice;
  const MatrixView<T> delta = this->delta(pass.stage, slice);
  const MatrixView<T> all_below = delta_below(pass.stage, slice);
  const std::size_t at_once = group.layer->samples_at_once(slice.samples());
  for (std::size_t first = 0; first < slice.samples(); first += at_once) {
    const SampleRange samples{first, at_once};
    const MatrixView<T> below = rows_of(all_below, samples);
    if (!pooling) {
      group.layer->input_gradient(pass, delta, slice.unscale, samples, group.skip.has_value(),
                                  below);
      continue;
    }
    const std::size_t size = pooling->pooled_entries();
    const MatrixView<T> pooled{pass.workspace.take(WorkPiece::InputGradient, at_once * size),
                               at_once, size};
    group.layer->input_gradient(pass, delta, slice.unscale, samples, false, pooled);
    unpool(pass, samples, pooled);
  }
}

/// What arrived at pooled images, with what waits there since it went past the layer.
template <class T>
void Network<T>::unpool(const StagePass<T>& pass, SampleRange samples, MatrixView<T> pooled) const {
  const PoolingLayer& pooling = *group_of(pass.stage - 1).pooling;
  const MatrixView<T> images{pass.slice.activation(pass.stage - 1).data, pass.slice.samples(),
                             pooling.entries()};
  const MatrixView<T> all_below = delta_below(pass.stage, pass.slice);
  for (std::size_t s = 0; s < samples.count; ++s) {
    const std::span<T> below = all_below.row(samples.first + s);
    if (group_of(pass.stage).skip) math::add<T>(below.first(pooled.cols), pooled.row(s));
    pooling.input_gradient<T>(images.row(samples.first + s), pooled.row(s), below);
  }
}

template <class T>
double Network<T>::step_flops(std::size_t samples) const {
  double multiply_adds = 0;
  for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
    const Layer& layer = *group_of(stage).layer;
    multiply_adds += 2 * layer.product_cost();
    if (stage > 0) multiply_adds += layer.input_gradient_cost();
  }
  return 2 * multiply_adds * static_cast<double>(samples);
}

template <class T>
std::size_t Network<T>::largest_stage() const {
  std::size_t largest = 0;
  for (const Stage& stage : stages_) largest = std::max(largest, stage.entries());
  return largest;
}

template <class T>
std::size_t Network<T>::workspace_bytes(std::size_t samples, bool unscales) const {
  WorkspaceSize size;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Layer& layer = *groups_[g].layer;
    const PoolingLayer* below =
        g > 0 && groups_[g - 1].pooling ? &*groups_[g - 1].pooling : nullptr;
    layer.add_workspace(g == 0, groups_[g].skip.has_value() && below == nullptr, size);
    if (below == nullptr) continue;
    size.need(WorkPiece::InputGradient, layer.samples_at_once(samples) * below->pooled_entries());
  }
  if (unscales) size.need(WorkPiece::Unscaled, samples * largest_stage());
  return size.numbers() * sizeof(T);
}

template <class T>
std::unique_ptr<const Network<T>> make_network(const NetworkSettings& settings, Loss loss,
                                               const ProblemShape& problem) {
  const Incompatibility fault = incompatibility(settings, problem);
  if (!fault.key.empty()) throw core::UsageError(fault.message);
  return std::make_unique<const Network<T>>(settings, loss, problem);
}

template class Network<float>;
template class Network<double>;
template std::unique_ptr<const Network<float>> make_network(const NetworkSettings&, Loss,
                                                            const ProblemShape&);
template std::unique_ptr<const Network<double>> make_network(const NetworkSettings&, Loss,
                                                             const ProblemShape&);

}  // namespace plumb::net
