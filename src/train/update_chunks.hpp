// The parameter block cut into pieces small enough for a cache, for sums and updates by threads.
#pragma once

#include <cstddef>
#include <vector>

#include "net/parameter_layout.hpp"

namespace plumb::train {

/// A run of one layer's weights, or all its biases.
struct Chunk {
  std::size_t layer;
  std::size_t offset;  // in the parameter block
  std::size_t count;
  bool is_bias;
};

/// In block order. The cut depends on the network alone, so sums over chunks have the same bits
/// for every number of threads.
std::vector<Chunk> cut_into_chunks(const net::ParameterLayout& layout);

}  // namespace plumb::train
