#include "train/update_chunks.hpp"

#include <algorithm>

namespace plumb::train {
namespace {

// 64 KiB of floats: gradient, weights and velocity of a chunk fit a second-level cache together.
constexpr std::size_t kChunk = 16384;

}  // namespace

std::vector<Chunk> cut_into_chunks(const net::ParameterLayout& layout) {
  std::vector<Chunk> chunks;
  for (std::size_t layer = 0; layer < layout.layers(); ++layer) {
    const std::size_t weights = layout.shape(layer).weights();
    for (std::size_t done = 0; done < weights; done += kChunk) {
      const std::size_t count = std::min(kChunk, weights - done);
      chunks.push_back({layer, layout.weights_offset(layer) + done, count, false});
    }
    chunks.push_back({layer, layout.bias_offset(layer), layout.shape(layer).fan_out, true});
  }
  return chunks;
}

}  // namespace plumb::train
