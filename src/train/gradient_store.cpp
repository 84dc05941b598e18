#include "train/gradient_store.hpp"

#include <algorithm>

#include "math/vector_kernels.hpp"
#include "train/parallel.hpp"
#include "train/work_plan.hpp"

namespace plumb::train {
namespace {

// 64 KiB of floats: gradient, weights and velocity of a chunk fit a second-level cache together.
constexpr std::size_t kChunk = 16384;

constexpr std::size_t kLine = 16;  // elements: whole cache lines of either type

/// Pieces of at most `longest` elements and about equal length, the last first.
void cut_run(Bucket run, std::size_t longest, std::vector<Bucket>& buckets) {
  if (run.count == 0) return;
  const std::size_t pieces = (run.count + longest - 1) / longest;
  const std::size_t even = (run.count + pieces - 1) / pieces;
  const std::size_t length = std::min(longest, (even + kLine - 1) / kLine * kLine);
  while (run.count > 0) {
    Bucket piece = run;
    piece.count = std::min(run.count, length);
    piece.offset = run.offset + run.count - piece.count;
    buckets.push_back(piece);
    run.count -= piece.count;
  }
}

}  // namespace

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

std::vector<Chunk> cut_into_chunks(const net::ParameterLayout& layout) {
  std::vector<Chunk> chunks;
  for (std::size_t group = 0; group < layout.layers(); ++group) {
    for (const net::ParameterRun& run : layout.runs(group)) {
      // Biases are few, and are not cut.
      const std::size_t longest = run.role == net::TensorRole::Bias ? run.count : kChunk;
      for (std::size_t done = 0; done < run.count; done += longest) {
        chunks.push_back({group, run.offset + done, std::min(longest, run.count - done), run.role});
      }
    }
  }
  return chunks;
}

std::vector<ExtraChunk> cut_into_chunks(const net::ExtraLayout& extra) {
  std::vector<ExtraChunk> chunks;
  for (std::size_t part = 0; part < extra.parts().size(); ++part) {
    const net::ExtraPart& whole = extra.parts()[part];
    for (std::size_t done = 0; done < whole.count; done += kChunk) {
      chunks.push_back({part, whole.offset + done, std::min(kChunk, whole.count - done)});
    }
  }
  return chunks;
}

std::vector<Bucket> cut_into_buckets(const net::ParameterLayout& layout, std::size_t longest) {
  std::vector<Bucket> buckets;
  std::size_t end = layout.block_size();
  Bucket open{end, 0, 0, 0};
  const auto close = [&] {
    cut_run(open, longest, buckets);
    open.count = 0;
  };
  for (std::size_t group = layout.layers(); group-- > 0;) {
    const std::size_t offset = layout.group_offset(group);
    if (open.count + end - offset > longest) close();
    if (open.count == 0) open.last_group = group;
    open.first_group = group;
    open.count += end - offset;
    open.offset = offset;
    end = offset;
  }
  close();
  return buckets;
}

std::vector<Bucket> cut_extra(std::size_t first, std::size_t count, std::size_t groups,
                              std::size_t longest) {
  std::vector<Bucket> buckets;
  cut_run({first, count, 0, groups - 1}, longest, buckets);
  return buckets;
}

}  // namespace plumb::train
