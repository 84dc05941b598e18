#include "train/gradient_pieces.hpp"

#include <algorithm>

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
