// One thread's share of a step: its slices, and the sum of their gradients.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "data/dataset.hpp"
#include "data/sample_order.hpp"
#include "net/mlp.hpp"
#include "train/work_plan.hpp"

namespace plumb::train {

/// Layer by layer over all its slices, so that a layer's weights and gradient stay in the cache.
/// Each worker is used by one thread at a time; workers share nothing.
template <class T>
class Worker {
 public:
  /// The network must outlive the worker. slice_samples: samples per slice.
  Worker(const net::Mlp<T>& mlp, SliceRange range, std::size_t slice_samples);

  [[nodiscard]] SliceRange range() const noexcept { return range_; }
  [[nodiscard]] net::Slice<T>& slice(std::size_t i) { return slices_[i]; }

  /// Fills the slices with the samples at positions first_position + global slice * slice_samples.
  void load(const data::Dataset& dataset, const data::SampleOrder& order,
            std::uint64_t first_position);
  /// measure: also the activation sums and the alive units.
  void forward(std::span<const T> parameters, bool measure);
  /// Mean-loss gradient (scale = 1 / global batch) of its slices, summed in the fixed tree.
  /// gradient: a block of layout().block_size(), every weight and bias of it written.
  void backward(std::span<const T> parameters, T scale, std::span<T> gradient);

  /// One byte per unit, all layers in a row; 1 = alive. Of the last measured forward().
  [[nodiscard]] std::span<std::uint8_t> alive() { return alive_; }

 private:
  void sum_layer(std::size_t layer, SliceRange slices, std::span<const T> parameters, T scale,
                 core::MatrixView<T> weights, std::span<T> bias, std::size_t level);

  const net::Mlp<T>& mlp_;
  SliceRange range_;
  std::size_t slice_samples_;
  std::vector<net::Slice<T>> slices_;
  std::vector<core::AlignedBuffer<T>> partial_weights_;  // by tree level
  std::vector<core::AlignedBuffer<T>> partial_bias_;
  std::vector<std::uint8_t> alive_;
  std::vector<float> sample_;
};

/// Reads one sample into a row of T. scratch: inputs() floats, used when T is not float.
template <class T>
std::int32_t read_sample(const data::Dataset& dataset, data::Split split, std::uint64_t index,
                         std::span<T> row, std::span<float> scratch);

}  // namespace plumb::train
