// The gradient block cut into pieces small enough for a cache, for sums and updates by threads.
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

}  // namespace plumb::train
