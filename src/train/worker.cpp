#include "train/worker.hpp"

#include <algorithm>
#include <bit>

#include "math/vector_kernels.hpp"
#include "train/tree_fold.hpp"

namespace plumb::train {
namespace {

std::size_t largest_layer(const net::ParameterLayout& layout) {
  std::size_t largest = 0;
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    largest = std::max(largest, layout.shape(l).weights());
  }
  return largest;
}

std::size_t widest_layer(const net::ParameterLayout& layout) {
  std::size_t widest = 0;
  for (std::size_t l = 0; l < layout.layers(); ++l) {
    widest = std::max(widest, layout.shape(l).fan_out);
  }
  return widest;
}

std::size_t total_units(const net::ParameterLayout& layout) {
  std::size_t units = 0;
  for (std::size_t l = 0; l < layout.layers(); ++l) units += layout.shape(l).fan_out;
  return units;
}

}  // namespace

template <class T>
std::int32_t read_sample(const data::Dataset& dataset, data::Split split, std::uint64_t index,
                         std::span<T> row, std::span<float> scratch) {
  if constexpr (std::is_same_v<T, float>) {
    return dataset.read(split, index, row);
  } else {
    const std::int32_t label = dataset.read(split, index, scratch);
    std::copy(scratch.begin(), scratch.end(), row.begin());
    return label;
  }
}

template <class T>
Worker<T>::Worker(const net::Mlp<T>& mlp, SliceRange range, std::size_t slice_samples)
    : mlp_(mlp),
      range_(range),
      slice_samples_(slice_samples),
      alive_(total_units(mlp.layout())),
      sample_(mlp.layout().shape(0).fan_in) {
  for (std::size_t i = 0; i < range.count; ++i) slices_.emplace_back(mlp.layout(), slice_samples);
  const auto levels = range.count < 2 ? 0 : std::bit_width(range.count - 1);
  for (int level = 0; level < static_cast<int>(levels); ++level) {
    partial_weights_.emplace_back(largest_layer(mlp.layout()));
    partial_bias_.emplace_back(widest_layer(mlp.layout()));
  }
}

template <class T>
void Worker<T>::load(const data::Dataset& dataset, const data::SampleOrder& order,
                     std::uint64_t first_position) {
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    const std::uint64_t start = first_position + (range_.first + i) * slice_samples_;
    const core::MatrixView<T> x = slices_[i].input();
    const std::span<std::int32_t> labels = slices_[i].labels();
    for (std::size_t s = 0; s < slice_samples_; ++s) {
      labels[s] =
          read_sample<T>(dataset, data::Split::Train, order.index(start + s), x.row(s), sample_);
    }
  }
}

template <class T>
void Worker<T>::forward(std::span<const T> parameters, bool measure) {
  if (measure) std::fill(alive_.begin(), alive_.end(), std::uint8_t{0});
  std::span<std::uint8_t> unseen = alive_;
  for (std::size_t layer = 0; layer < mlp_.layers(); ++layer) {
    const std::size_t units = mlp_.layout().shape(layer).fan_out;
    const std::span<std::uint8_t> alive = measure ? unseen.first(units) : std::span<std::uint8_t>{};
    for (auto& slice : slices_) mlp_.forward_layer(layer, parameters, slice, alive);
    unseen = unseen.subspan(units);
  }
  for (auto& slice : slices_) mlp_.evaluate_loss(slice);
}

template <class T>
void Worker<T>::backward(std::span<const T> parameters, T scale, std::span<T> gradient) {
  if (slices_.empty()) return;
  for (std::size_t layer = mlp_.layers(); layer-- > 0;) {
    sum_layer(layer, {0, slices_.size()}, parameters, scale, mlp_.layout().weights(gradient, layer),
              mlp_.layout().bias(gradient, layer), 0);
  }
}

template <class T>
void Worker<T>::sum_layer(std::size_t layer, SliceRange slices, std::span<const T> parameters,
                          T scale, core::MatrixView<T> weights, std::span<T> bias,
                          std::size_t level) {
  if (slices.count == 1) {
    mlp_.backward_layer(layer, parameters, scale, slices_[slices.first], weights, bias);
    return;
  }
  const std::size_t left = left_leaves(slices.count);
  sum_layer(layer, {slices.first, left}, parameters, scale, weights, bias, level);
  // The right half goes to this level's buffer; the left half is done with it.
  const core::MatrixView<T> right_weights{partial_weights_[level].data(), weights.rows,
                                          weights.cols};
  const std::span<T> right_bias = partial_bias_[level].span().first(bias.size());
  sum_layer(layer, {slices.first + left, slices.count - left}, parameters, scale, right_weights,
            right_bias, level + 1);
  math::add<T>(right_weights.span(), weights.span());
  math::add<T>(right_bias, bias);
}

template std::int32_t read_sample(const data::Dataset&, data::Split, std::uint64_t,
                                  std::span<float>, std::span<float>);
template std::int32_t read_sample(const data::Dataset&, data::Split, std::uint64_t,
                                  std::span<double>, std::span<float>);
template class Worker<float>;
template class Worker<double>;

}  // namespace plumb::train
