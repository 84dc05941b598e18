// A reference implementation of training: one thread, whole slices one after the other, each with a
// gradient block of its own, added in the tree at the end; the gradient rounded, clipped and
// applied entry by entry.
#pragma once

#include <cmath>
#include <vector>

#include "data/dataset.hpp"
#include "data/sample_order.hpp"
#include "math/reductions.hpp"
#include "math/updates/adam_update.hpp"
#include "math/updates/sgd_update.hpp"
#include "math/vector_kernels.hpp"
#include "net/initializers.hpp"
#include "net/network.hpp"
#include "train/context.hpp"
#include "train/settings.hpp"
#include "train/work_plan.hpp"

namespace plumb::test {

template <class T>
class PlainTraining {
 public:
  PlainTraining(const net::NetworkSettings& network_settings, const train::TrainSettings& settings,
                const data::Dataset& dataset)
      : settings_(settings),
        dataset_(dataset),
        network(net::make_network<T>(network_settings, settings.loss, train::problem_of(dataset))),
        order_(dataset.size(data::Split::Train), settings.seed),
        parameters(network->layout().block_size()),
        velocity_(network->layout().block_size()),
        square_(network->layout().block_size()) {
    net::initialise<T>(network_settings, network->layout(), settings.seed, parameters);
  }

  /// Leaves the batch's gradient in `gradient` and its summed loss in `loss`.
  void compute_gradient(std::uint64_t step) {
    const std::size_t slices = settings_.batch / settings_.slice;
    std::vector<std::vector<T>> blocks;
    std::vector<double> losses;
    for (std::size_t s = 0; s < slices; ++s) {
      blocks.push_back(slice_gradient(step * settings_.batch + s * settings_.slice));
      losses.push_back(slice_loss_);
    }
    train::tree_fold(0, slices, [&](std::size_t into, std::size_t from) {
      for (std::size_t i = 0; i < blocks[into].size(); ++i) blocks[into][i] += blocks[from][i];
      losses[into] += losses[from];
    });
    gradient = blocks[0];
    loss = losses[0];
    finish();
  }

  void update() {
    const net::ParameterLayout& layout = network->layout();
    ++step_;
    for (std::size_t l = 0; l < layout.layers(); ++l) {
      update_run(layout.group_offset(l), layout.shape(l).weights(), settings_.weight_decay);
      update_run(layout.tensors(l).back().offset, layout.shape(l).fan_out, 0);
    }
  }

 private:
  std::vector<T> slice_gradient(std::uint64_t first_position) {
    net::Slice<T> slice = network->make_slice(settings_.slice);
    std::vector<float> row(dataset_.inputs());
    for (std::size_t s = 0; s < settings_.slice; ++s) {
      slice.targets()[s] = dataset_.read(data::Split::Train, order_.index(first_position + s), row);
      for (std::size_t i = 0; i < row.size(); ++i) slice.input()(s, i) = row[i];
    }
    std::vector<T> block(network->layout().block_size());
    const std::span<const T> weights(parameters);
    net::Workspace<T> workspace;
    for (std::size_t g = 0; g < network->groups(); ++g) {
      network->forward(g, weights, slice, workspace, {});
    }
    network->evaluate_loss(slice);
    net::BackwardOptions<T> options;
    options.scale = T{1} / static_cast<T>(settings_.batch);
    options.loss_scale = static_cast<T>(settings_.loss_scale.value);
    options.format = settings_.gradient_format;
    for (std::size_t g = network->groups(); g-- > 0;) {
      network->backward(g, weights, options, slice, workspace,
                        {network->layout().group(std::span<T>(block), g), {}});
    }
    slice_loss_ = slice.loss_sums.loss;
    return block;
  }

  void finish() {
    for (T& value : gradient) {
      if constexpr (std::is_same_v<T, float>) {
        value = math::reference::rounded_to(settings_.gradient_format, value);
      }
      value /= static_cast<T>(settings_.loss_scale.value);
    }
  }

  /// The norm's sum has an order of its own, so it is close, not equal.
  [[nodiscard]] double clip_factor() const {
    const double norm = math::square_sum<T>(gradient).norm();
    const double limit = settings_.gradient_clip;
    return limit > 0 && norm > limit ? limit / norm : 1;
  }

  void update_run(std::size_t offset, std::size_t count, double decay) {
    std::vector<T> clipped(gradient.begin() + static_cast<std::ptrdiff_t>(offset),
                           gradient.begin() + static_cast<std::ptrdiff_t>(offset + count));
    const T factor = static_cast<T>(clip_factor());
    for (T& value : clipped) value *= factor;
    const auto part = [&](std::vector<T>& block) {
      return std::span<T>(block).subspan(offset, count);
    };
    const T rate = static_cast<T>(settings_.learning_rate);
    const T momentum = static_cast<T>(settings_.momentum);
    switch (settings_.optimizer) {
      case train::Optimizer::Sgd:
        math::reference::sgd_update_measured<T>({rate, momentum, static_cast<T>(decay)}, clipped,
                                                part(velocity_), part(parameters));
        return;
      case train::Optimizer::Nesterov:
        math::reference::sgd_update_measured<T>(
            {rate, momentum, static_cast<T>(decay), math::Momentum::Nesterov}, clipped,
            part(velocity_), part(parameters));
        return;
      case train::Optimizer::Adam:
        break;
    }
    const double beta1 = static_cast<T>(settings_.beta1);
    const double beta2 = static_cast<T>(settings_.beta2);
    math::reference::adam_update_measured<T>(
        {static_cast<T>(beta1), static_cast<T>(beta2), static_cast<T>(settings_.epsilon),
         static_cast<T>(decay),
         static_cast<T>(settings_.learning_rate / (1 - std::pow(beta1, step_))),
         static_cast<T>(std::sqrt(1 - std::pow(beta2, step_)))},
        clipped, part(velocity_), part(square_), part(parameters));
  }

  train::TrainSettings settings_;
  const data::Dataset& dataset_;

 public:
  std::unique_ptr<const net::Network<T>> network;

 private:
  data::SampleOrder order_;

 public:
  std::vector<T> parameters;
  std::vector<T> gradient;
  double loss = 0;

 private:
  std::vector<T> velocity_;  // Adam: the mean
  std::vector<T> square_;
  double slice_loss_ = 0;
  double step_ = 0;
};

}  // namespace plumb::test
