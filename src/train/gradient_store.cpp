#include "train/gradient_store.hpp"

#include <algorithm>

#include "math/vector_kernels.hpp"
#include "train/parallel.hpp"
#include "train/work_plan.hpp"

namespace plumb::train {

template <class T>
GradientStore<T>::GradientStore(const net::Network<T>& network, std::size_t threads)
    : network_(network),
      size_(network.layout().block_size()),
      chunks_(cut_into_chunks(network.layout())),
      extra_chunks_(cut_into_chunks(network.extra())) {
  for (std::size_t i = 0; i < threads; ++i) blocks_.emplace_back(block_size(network));
}

template <class T>
net::GroupGradient<T> GradientStore<T>::group(std::size_t thread, std::size_t group, bool measure) {
  const std::span<T> block = blocks_[thread].span();
  const net::ExtraLayout& extra = network_.extra();
  net::GroupGradient<T> gradient{network_.layout().group(block, group), {}};
  if (measure) {
    gradient.extra = block.subspan(size_ + extra.group_offset(group), extra.group_size(group));
  }
  return gradient;
}

template <class T>
void GradientStore<T>::fill_with_nothing() {
  std::fill(blocks_[0].span().begin(), blocks_[0].span().end(), T{-0.0});
}

template <class T>
void GradientStore<T>::combine(std::size_t offset, std::size_t count) {
  tree_fold(0, blocks_.size(), [&](std::size_t into, std::size_t from) {
    math::add<T>(blocks_[from].span().subspan(offset, count),
                 blocks_[into].span().subspan(offset, count));
  });
}

template <class T>
void GradientStore<T>::combine_parameters(std::size_t workers) {
  if (parameters_combined_) return;
  run_on_threads(workers, [&](std::size_t thread) {
    for (std::size_t i = thread; i < chunks_.size(); i += workers) {
      combine(chunks_[i].offset, chunks_[i].count);
    }
  });
  mark_combined();
}

template <class T>
void GradientStore<T>::combine_extra(std::size_t workers) {
  if (blocks_.size() < 2 || extra_chunks_.empty()) return;
  run_on_threads(workers, [&](std::size_t thread) {
    for (std::size_t i = thread; i < extra_chunks_.size(); i += workers) {
      combine(size_ + extra_chunks_[i].offset, extra_chunks_[i].count);
    }
  });
}

template class GradientStore<float>;
template class GradientStore<double>;

}  // namespace plumb::train
