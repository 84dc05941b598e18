// The engine's part that collects what a measured step reports.
#include <algorithm>

#include "train/step_engine.hpp"

namespace plumb::train {
namespace {

/// The gradient's part of the sums; the rest belongs to the weights.
void replace_gradient(math::UpdateSums& sums, const math::UpdateSums& gradient) {
  sums.gradient = gradient.gradient;
  sums.gradient_max = gradient.gradient_max;
  sums.zero = gradient.zero;
  sums.nonfinite = gradient.nonfinite;
}

}  // namespace

template <class T>
void StepEngine<T>::count_alive() {
  std::size_t units = 0;
  for (const net::Stage& stage : network_->stages()) units += stage.units;
  std::vector<std::uint8_t> alive(units);
  for (Worker<T>& worker : workers_) {
    const std::span<const std::uint8_t> bytes = worker.alive();
    for (std::size_t i = 0; i < units; ++i) alive[i] |= bytes[i];
  }
  context_.communicator.bitwise_or(alive);
  auto unit = alive.begin();
  for (std::size_t stage = 0; stage < layer_sums_.size(); ++stage) {
    const auto end = unit + static_cast<std::ptrdiff_t>(network_->stages()[stage].units);
    layer_sums_[stage].alive_units = std::count(unit, end, std::uint8_t{1});
    unit = end;
  }
}

template <class T>
void StepEngine<T>::count_deltas() {
  constexpr std::size_t kBins = std::tuple_size_v<math::ExponentCounts>;
  std::vector<std::int64_t> all(layer_sums_.size() * kBins);
  for (const Worker<T>& worker : workers_) {
    auto total = all.begin();
    for (const math::ExponentCounts& counts : worker.delta_exponents()) {
      for (const std::uint64_t count : counts) *total++ += static_cast<std::int64_t>(count);
    }
  }
  context_.communicator.sum(all);
  layer_counts_.assign(layer_sums_.size(), {});
  for (std::size_t stage = 0; stage < layer_sums_.size(); ++stage) {
    layer_counts_[stage].weight_gradient = finish_.counts()[stage];
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(stage * kBins), kBins,
                layer_counts_[stage].delta.begin());
  }
}

template <class T>
void StepEngine<T>::collect_group_sums() {
  std::vector<math::UpdateSums> groups(network_->groups());
  std::vector<math::SquareSum> biases(network_->groups());
  std::vector<math::SquareSum> exact(network_->groups());
  math::SquareSum whole;
  for (std::size_t i = 0; i < chunk_sums_.size(); ++i) {
    math::UpdateSums sums = chunk_sums_[i];
    // Clipping and skipping come after the gradient that is reported.
    if (finished_.complete) replace_gradient(sums, finish_.chunk_sums()[i]);
    const Chunk& chunk = store_.chunks()[i];
    switch (chunk.role) {
      case net::TensorRole::Bias:
        biases[chunk.group] += sums.gradient;
        break;
      case net::TensorRole::Weight:
      case net::TensorRole::RecurrentWeight:
        groups[chunk.group] += sums;
        exact[chunk.group] += finished_.complete ? finish_.chunk_squares()[i] : sums.gradient;
        break;
    }
    whole += sums.gradient;
  }
  finished_.norm = whole.norm();
  for (std::size_t stage = 0; stage < layer_sums_.size(); ++stage) {
    const std::size_t group = network_->stages()[stage].group;
    layer_sums_[stage].update = groups[group];
    layer_sums_[stage].exact_gradient = exact[group];
    layer_sums_[stage].bias_gradient = biases[group];
    layer_sums_[stage].mean_delta = biases[group];  // of a dense layer they are the same
  }
}

template <class T>
void StepEngine<T>::collect_extra_sums() {
  std::vector<math::UpdateSums> parts(network_->extra().parts().size());
  std::vector<math::SquareSum> exact(parts.size());
  for (std::size_t i = 0; i < store_.extra_chunks().size(); ++i) {
    parts[store_.extra_chunks()[i].part] += finish_.extra_sums()[i];
    exact[store_.extra_chunks()[i].part] += finish_.extra_squares()[i];
  }
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const net::ExtraPart& part = network_->extra().parts()[p];
    LayerSums& stage = layer_sums_[part.stage];
    switch (part.kind) {
      case net::ExtraKind::WeightGradient:
        replace_gradient(stage.update, parts[p]);
        stage.exact_gradient = exact[p];
        break;
      case net::ExtraKind::BiasGradient:
        stage.bias_gradient = parts[p].gradient;
        stage.mean_delta = parts[p].gradient;
        break;
      case net::ExtraKind::MeanDelta:
        stage.mean_delta = parts[p].gradient;
        break;
    }
  }
}

template void StepEngine<float>::count_alive();
template void StepEngine<double>::count_alive();
template void StepEngine<float>::count_deltas();
template void StepEngine<double>::count_deltas();
template void StepEngine<float>::collect_group_sums();
template void StepEngine<double>::collect_group_sums();
template void StepEngine<float>::collect_extra_sums();
template void StepEngine<double>::collect_extra_sums();

}  // namespace plumb::train
