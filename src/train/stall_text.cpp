#include "train/stall_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <vector>

namespace plumb::train {

std::string stall_text(const comm::Communicator& communicator, const comm::Stall& stall,
                       const std::string& what) {
  std::set<int> ranks;
  for (const comm::Stall::Sum& sum : stall.sums) ranks.insert(sum.ranks.begin(), sum.ranks.end());
  std::vector<std::string> names;
  names.reserve(ranks.size());
  for (const int rank : ranks) names.push_back(communicator.name_of(rank));
  return fmt::format("waited {:.3g} s for {}: {}", stall.seconds, fmt::join(names, " and "), what);
}

}  // namespace plumb::train
