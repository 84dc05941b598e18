// The gradients of this rank's threads, and their sum. The block is cut into chunks small enough
// for a cache, for sums and updates by threads, and into the buckets in which it is sent to other
// ranks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "net/network.hpp"
#include "net/parameter_layout.hpp"
#include "net/slice.hpp"

namespace plumb::train {

/// Parameters of one group and role.
struct Chunk {
  std::size_t group;
  std::size_t offset;  // in the parameter block
  std::size_t count;
  net::TensorRole role;
};

/// In block order. The cut depends on the network alone, so sums over chunks have the same bits
/// for every number of threads.
std::vector<Chunk> cut_into_chunks(const net::ParameterLayout& layout);

/// A run of one part of the extra block.
struct ExtraChunk {
  std::size_t part;    // of the extra layout
  std::size_t offset;  // in the extra block
  std::size_t count;
};

std::vector<ExtraChunk> cut_into_chunks(const net::ExtraLayout& extra);

/// A run of the block. It is complete when the backward pass has left first_group.
struct Bucket {
  std::size_t offset;
  std::size_t count;
  std::size_t first_group;
  std::size_t last_group;
};

/// From the end of the block, whose groups are ready first, to its beginning, without gaps. Whole
/// groups share a bucket of at most `longest` elements (>= 1); a longer group is cut into several
/// of about equal length.
std::vector<Bucket> cut_into_buckets(const net::ParameterLayout& layout, std::size_t longest);

/// Elements first .. first+count-1, to which all groups contribute.
std::vector<Bucket> cut_extra(std::size_t first, std::size_t count, std::size_t groups,
                              std::size_t longest);

/// What is measured in a step besides training.
struct Measure {
  bool sums = false;    // norms and shares of every layer
  bool counts = false;  // exponent histograms too; only together with sums
};

/// One block for each thread: the gradient of the parameters, then the extra block. After the sum
/// the first thread's block holds the total.
template <class T>
class GradientStore {
 public:
  /// The network must outlive the store.
  GradientStore(const net::Network<T>& network, std::size_t threads);

  /// What the constructor takes.
  [[nodiscard]] static std::size_t bytes_for(const net::Network<T>& network, std::size_t threads) {
    return threads * sizeof(T) * block_size(network);
  }

  /// Where a thread puts a group's gradient; without the extra part unless measured.
  [[nodiscard]] net::GroupGradient<T> group(std::size_t thread, std::size_t group, bool measure);
  /// A rank without slices adds -0: x + -0 is x for every x, while +0 would turn -0 into +0.
  void fill_with_nothing();

  /// Called when the threads have new gradients in their blocks.
  void start() { parameters_combined_ = blocks_.size() < 2; }
  [[nodiscard]] bool parameters_combined() const noexcept { return parameters_combined_; }
  /// Adds up the threads' blocks, in the fixed tree, by `workers` threads.
  void combine_parameters(std::size_t workers);
  void combine_extra(std::size_t workers);
  /// A piece of combine_parameters(), elements offset .. offset+count-1, for who combines while
  /// using the pieces; after the last one mark_combined().
  void combine(std::size_t offset, std::size_t count);
  void mark_combined() { parameters_combined_ = true; }

  /// The sum: of the parameters alone, of the extra block alone, of both in a row.
  [[nodiscard]] std::span<T> parameters() { return blocks_[0].span().first(size_); }
  [[nodiscard]] std::span<T> extra() { return blocks_[0].span().subspan(size_); }
  [[nodiscard]] std::span<T> all() { return blocks_[0].span(); }

  [[nodiscard]] const net::ParameterLayout& layout() const noexcept { return network_.layout(); }
  [[nodiscard]] const std::vector<Chunk>& chunks() const noexcept { return chunks_; }
  [[nodiscard]] const std::vector<ExtraChunk>& extra_chunks() const noexcept {
    return extra_chunks_;
  }

 private:
  static std::size_t block_size(const net::Network<T>& network) {
    return network.layout().block_size() + network.extra().block_size();
  }

  const net::Network<T>& network_;
  std::size_t size_;  // of the parameters
  std::vector<core::AlignedBuffer<T>> blocks_;
  std::vector<Chunk> chunks_;
  std::vector<ExtraChunk> extra_chunks_;
  bool parameters_combined_ = false;
};

}  // namespace plumb::train
