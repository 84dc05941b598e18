// Cutting long messages.
#pragma once

#include <algorithm>
#include <cstddef>

namespace plumb::comm {

/// Calls visit(first, count) for consecutive pieces of 0 .. total-1, each at most `longest` long.
template <class Visit>
void for_each_piece(std::size_t total, std::size_t longest, const Visit& visit) {
  for (std::size_t first = 0; first < total; first += longest) {
    visit(first, std::min(longest, total - first));
  }
}

/// Elements first .. first+count-1 of something.
struct Segment {
  std::size_t first = 0;
  std::size_t count = 0;

  /// The k-th piece of at most `longest` elements; empty beyond the end.
  [[nodiscard]] Segment piece(std::size_t k, std::size_t longest) const noexcept {
    const std::size_t skipped = std::min(count, k * longest);
    return {first + skipped, std::min(longest, count - skipped)};
  }
  [[nodiscard]] std::size_t pieces(std::size_t longest) const noexcept {
    return (count + longest - 1) / longest;
  }
};

}  // namespace plumb::comm
