// The gradient block cut into chunks small enough for a cache, for sums and updates by threads, and
// into the buckets in which it travels between ranks.
#pragma once

#include <cstddef>
#include <vector>

#include "net/parameter_layout.hpp"
#include "net/stage.hpp"

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

}  // namespace plumb::train
