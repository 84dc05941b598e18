// Private to this room: who sends what to whom in a tree sum, and how long messages are cut. Pure:
// no messages here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

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

enum class Action { Add, Replace };

/// One rank sends one segment and receives one, at the same time; either may be empty. What it
/// receives is added to what it has, or replaces it.
struct Step {
  int to = 0;
  Segment sent;
  int from = 0;
  Segment received;
  Action action = Action::Add;
};

/// The steps of one rank, one after the other. If all ranks of 0 .. size-1 take theirs, every rank
/// ends with the sum of all vectors of `count` elements, grouped as the aligned binary tree over
/// ranks. Any size: at distance h, a block of h ranks that is complete meets one that may be
/// incomplete.
///
/// Everything to the partner at every distance: fewest messages. Where the upper block has fewer
/// ranks than the lower one, some of them serve several.
std::vector<Step> exchange_schedule(int rank, int size, std::size_t count);

/// Halves on the way up, doubles on the way back (Thakur, Rabenseifner, Gropp 2005, section 4.4):
/// least volume. Owners of an incomplete upper block hand their segments to the lower block and
/// get the sum back at the end. Halves are cut at multiples of `line` elements.
std::vector<Step> halving_schedule(int rank, int size, std::size_t count, std::size_t line);

}  // namespace plumb::comm
