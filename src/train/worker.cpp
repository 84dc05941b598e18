#include "train/worker.hpp"

#include <algorithm>
#include <bit>

#include "math/vector_kernels.hpp"
#include "train/work_plan.hpp"

namespace plumb::train {
namespace {

template <class T>
std::size_t largest_group(const net::Network<T>& network) {
  std::size_t largest = 0;
  for (std::size_t g = 0; g < network.groups(); ++g) {
    largest = std::max(largest, network.layout().group_size(g) + network.extra().group_size(g));
  }
  return largest;
}

/// Levels of the tree over so many slices.
std::size_t partial_sums(std::size_t slices) {
  return slices < 2 ? 0 : static_cast<std::size_t>(std::bit_width(slices - 1));
}

std::size_t units_of_group(std::span<const net::Stage> stages, std::size_t group) {
  std::size_t units = 0;
  for (const net::Stage& stage : stages) units += stage.group == group ? stage.units : 0;
  return units;
}

std::size_t total_units(std::span<const net::Stage> stages) {
  std::size_t units = 0;
  for (const net::Stage& stage : stages) units += stage.units;
  return units;
}

}  // namespace

template <class T>
double read_sample(const data::Dataset& dataset, data::Split split, std::uint64_t index,
                   std::span<T> row, std::span<float> scratch) {
  if constexpr (std::is_same_v<T, float>) {
    return dataset.read(split, index, row);
  } else {
    const double target = dataset.read(split, index, scratch);
    std::copy(scratch.begin(), scratch.end(), row.begin());
    return target;
  }
}

template <class T>
Worker<T>::Worker(const net::Network<T>& network, SliceRange range, std::size_t slice_samples)
    : network_(network),
      range_(range),
      slice_samples_(slice_samples),
      alive_(total_units(network.stages())) {
  for (std::size_t i = 0; i < range.count; ++i) {
    slices_.push_back(network.make_slice(slice_samples));
  }
  if (!slices_.empty()) sample_.resize(slices_[0].input().cols);
  for (std::size_t level = 0; level < partial_sums(range.count); ++level) {
    partials_.emplace_back(largest_group(network));
  }
}

template <class T>
std::size_t Worker<T>::bytes_for(const net::Network<T>& network, std::size_t slices,
                                 std::size_t slice_samples, bool loss_scaled) {
  return slices * network.slice_bytes(slice_samples) +
         partial_sums(slices) * largest_group(network) * sizeof(T) +
         network.workspace_bytes(slice_samples, loss_scaled) + total_units(network.stages());
}

template <class T>
void Worker<T>::warm_up(std::span<const T> parameters, GradientStore<T>& store,
                        std::size_t thread) {
  constexpr Measure kEverything{true, true};
  forward(parameters, kEverything);
  backward(parameters, {}, kEverything, store, thread, nullptr);
}

template <class T>
void Worker<T>::load(const data::Dataset& dataset, const data::SampleOrder& order,
                     std::uint64_t first_position) {
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    const std::uint64_t start = first_position + (range_.first + i) * slice_samples_;
    const core::MatrixView<T> x = slices_[i].input();
    const std::span<double> targets = slices_[i].targets();
    for (std::size_t s = 0; s < slice_samples_; ++s) {
      targets[s] =
          read_sample<T>(dataset, data::Split::Train, order.index(start + s), x.row(s), sample_);
    }
  }
}

template <class T>
void Worker<T>::forward(std::span<const T> parameters, Measure measure) {
  if (measure.sums) std::fill(alive_.begin(), alive_.end(), std::uint8_t{0});
  std::span<std::uint8_t> unseen = alive_;
  for (std::size_t group = 0; group < network_.groups(); ++group) {
    const std::size_t units = units_of_group(network_.stages(), group);
    const auto alive = measure.sums ? unseen.first(units) : std::span<std::uint8_t>{};
    for (auto& slice : slices_) network_.forward(group, parameters, slice, workspace_, alive);
    unseen = unseen.subspan(units);
  }
  for (auto& slice : slices_) network_.evaluate_loss(slice);
}

template <class T>
void Worker<T>::backward(std::span<const T> parameters, net::BackwardOptions<T> options,
                         Measure measure, GradientStore<T>& store, std::size_t thread,
                         BackwardListener* listener) {
  if (slices_.empty()) return;
  options.measure = measure.sums;
  delta_exponents_.assign(measure.counts ? network_.stages().size() : 0, {});
  options.delta_exponents = delta_exponents_;
  const Pass pass{parameters, options, thread, listener};
  for (std::size_t group = network_.groups(); group-- > 0;) {
    sum_group(pass, group, {0, slices_.size()}, store.group(thread, group, measure.sums), 0);
    if (listener != nullptr) listener->group_done(thread, group);
    if (group > 0) input_gradient(pass, group);
    if (group > 0 && listener != nullptr) listener->between_products(thread);
  }
}

/// This level's buffer, cut like the gradient it will be added to.
template <class T>
net::GroupGradient<T> Worker<T>::partial(std::size_t level, const net::GroupGradient<T>& like) {
  const std::span<T> buffer = partials_[level].span();
  const std::size_t parameters = like.parameters.size();
  return {buffer.first(parameters), buffer.subspan(parameters, like.extra.size())};
}

template <class T>
void Worker<T>::weight_gradient(const Pass& pass, std::size_t group, std::size_t slice,
                                const net::GroupGradient<T>& out) {
  if (slice > 0 && pass.listener != nullptr) pass.listener->between_products(pass.thread);
  network_.weight_gradient(group, pass.parameters, pass.options, slices_[slice], workspace_, out);
}

template <class T>
void Worker<T>::sum_group(const Pass& pass, std::size_t group, SliceRange slices,
                          const net::GroupGradient<T>& out, std::size_t level) {
  if (slices.count == 1) return weight_gradient(pass, group, slices.first, out);
  const std::size_t left = left_leaves(slices.count);
  sum_group(pass, group, {slices.first, left}, out, level);
  // The right half goes to this level's buffer; the left half is done with it.
  const net::GroupGradient<T> right = partial(level, out);
  sum_group(pass, group, {slices.first + left, slices.count - left}, right, level + 1);
  // Tensor by tensor: in the gaps between them the buffer holds what other groups left.
  const net::ParameterLayout& layout = network_.layout();
  for (const net::Tensor& tensor : layout.tensors(group)) {
    const std::size_t first = tensor.offset - layout.group_offset(group);
    math::add<T>(right.parameters.subspan(first, tensor.count()),
                 out.parameters.subspan(first, tensor.count()));
  }
  math::add<T>(right.extra, out.extra);
}

template <class T>
void Worker<T>::input_gradient(const Pass& pass, std::size_t group) {
  for (std::size_t slice = 0; slice < slices_.size(); ++slice) {
    if (slice > 0 && pass.listener != nullptr) pass.listener->between_products(pass.thread);
    network_.input_gradient(group, pass.parameters, slices_[slice], workspace_);
  }
}

template double read_sample(const data::Dataset&, data::Split, std::uint64_t, std::span<float>,
                            std::span<float>);
template double read_sample(const data::Dataset&, data::Split, std::uint64_t, std::span<double>,
                            std::span<float>);
template class Worker<float>;
template class Worker<double>;

}  // namespace plumb::train
