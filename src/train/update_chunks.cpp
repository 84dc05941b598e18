#include "train/update_chunks.hpp"

#include <algorithm>

namespace plumb::train {
namespace {

// 64 KiB of floats: gradient, weights and velocity of a chunk fit a second-level cache together.
constexpr std::size_t kChunk = 16384;

}  // namespace

std::vector<Chunk> cut_into_chunks(const net::ParameterLayout& layout) {
  std::vector<Chunk> chunks;
  for (std::size_t group = 0; group < layout.layers(); ++group) {
    const std::size_t weights = layout.shape(group).weights();
    for (std::size_t done = 0; done < weights; done += kChunk) {
      const std::size_t count = std::min(kChunk, weights - done);
      chunks.push_back({group, layout.weights_offset(group) + done, count, false});
    }
    chunks.push_back({group, layout.bias_offset(group), layout.shape(group).fan_out, true});
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

}  // namespace plumb::train
