// Private to this room: who sends what to whom in a tree sum. Pure: no messages here.
#pragma once

#include <cstddef>
#include <vector>

#include "comm/allreduce/pieces.hpp"

namespace plumb::comm {

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
