#include "watchdog/last_seen.hpp"

#include <algorithm>

namespace plumb::watchdog {

double AwakeClock::advance(double now) {
  if (started_) awake_ += std::clamp(now - last_, 0.0, longest_step_);
  started_ = true;
  last_ = now;
  return awake_;
}

void LastSeen::watch(std::size_t rank, double now) {
  ranks_[rank].watched = true;
  ranks_[rank].last = now;
}

void LastSeen::heard(std::size_t rank, double now) {
  ranks_[rank].ever_heard = true;
  ranks_[rank].last = now;
}

std::vector<std::size_t> LastSeen::overdue(double seconds, double now) const {
  std::vector<std::size_t> silent;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (watched(rank) && now - ranks_[rank].last >= seconds) silent.push_back(rank);
  }
  return silent;
}

std::vector<std::size_t> LastSeen::missing_since(double then) const {
  std::vector<std::size_t> missing;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (watched(rank) && !ranks_[rank].is_exiting && !heard_since(rank, then)) {
      missing.push_back(rank);
    }
  }
  return missing;
}

}  // namespace plumb::watchdog
