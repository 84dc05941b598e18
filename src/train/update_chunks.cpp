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

}  // namespace plumb::train
