// A plain twin of training: one thread, whole slices one after the other, each with a gradient
// block of its own, added in the tree at the end.
#pragma once

#include <vector>

#include "data/dataset.hpp"
#include "data/sample_order.hpp"
#include "math/vector_kernels.hpp"
#include "net/initializers.hpp"
#include "net/mlp.hpp"
#include "train/settings.hpp"
#include "train/tree_fold.hpp"

namespace plumb::test {

template <class T>
class PlainTraining {
 public:
  PlainTraining(const net::NetworkSettings& network, const train::TrainSettings& settings,
                const data::Dataset& dataset)
      : settings_(settings),
        dataset_(dataset),
        mlp(network, settings.loss, dataset.inputs(), dataset.classes()),
        order_(dataset.size(data::Split::Train), settings.seed),
        parameters(mlp.layout().block_size()),
        velocity_(mlp.layout().block_size()) {
    net::initialise<T>(network, mlp.layout(), settings.seed, parameters);
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
  }

  void update() {
    const net::ParameterLayout& layout = mlp.layout();
    for (std::size_t l = 0; l < layout.layers(); ++l) {
      update_run(layout.weights_offset(l), layout.shape(l).weights(), settings_.weight_decay);
      update_run(layout.bias_offset(l), layout.shape(l).fan_out, 0);
    }
  }

 private:
  std::vector<T> slice_gradient(std::uint64_t first_position) {
    net::Slice<T> slice(mlp.layout(), settings_.slice);
    std::vector<float> row(dataset_.inputs());
    for (std::size_t s = 0; s < settings_.slice; ++s) {
      slice.labels()[s] = dataset_.read(data::Split::Train, order_.index(first_position + s), row);
      for (std::size_t i = 0; i < row.size(); ++i) slice.input()(s, i) = row[i];
    }
    std::vector<T> block(mlp.layout().block_size());
    for (std::size_t l = 0; l < mlp.layers(); ++l) {
      mlp.forward_layer(l, std::span<const T>(parameters), slice, {});
    }
    mlp.evaluate_loss(slice);
    const T scale = T{1} / static_cast<T>(settings_.batch);
    for (std::size_t l = mlp.layers(); l-- > 0;) {
      mlp.backward_layer(l, std::span<const T>(parameters), scale, slice,
                         mlp.layout().weights(std::span<T>(block), l),
                         mlp.layout().bias(std::span<T>(block), l));
    }
    slice_loss_ = slice.loss_sums.loss;
    return block;
  }

  void update_run(std::size_t offset, std::size_t count, double decay) {
    math::reference::sgd_update_measured<T>(
        {static_cast<T>(settings_.learning_rate), static_cast<T>(settings_.momentum),
         static_cast<T>(decay)},
        std::span<const T>(gradient).subspan(offset, count),
        std::span<T>(velocity_).subspan(offset, count),
        std::span<T>(parameters).subspan(offset, count));
  }

  train::TrainSettings settings_;
  const data::Dataset& dataset_;

 public:
  net::Mlp<T> mlp;

 private:
  data::SampleOrder order_;

 public:
  std::vector<T> parameters;
  std::vector<T> gradient;
  double loss = 0;

 private:
  std::vector<T> velocity_;
  double slice_loss_ = 0;
};

}  // namespace plumb::test
