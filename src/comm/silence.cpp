#include "comm/silence.hpp"

#include <algorithm>

namespace plumb::comm {

double WakingClock::advance(double now) {
  if (started_) waking_ += std::clamp(now - last_, 0.0, longest_step_);
  started_ = true;
  last_ = now;
  return waking_;
}

void Silences::watch(std::size_t rank, double now) {
  ranks_[rank].watched = true;
  ranks_[rank].last = now;
}

void Silences::heard(std::size_t rank, double now) {
  ranks_[rank].ever_heard = true;
  ranks_[rank].last = now;
}

std::vector<Silence> Silences::silent_for(double seconds, double now) const {
  std::vector<Silence> silent;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    const double silence = now - ranks_[rank].last;
    if (watched(rank) && silence >= seconds) silent.push_back({rank, silence});
  }
  return silent;
}

std::vector<std::size_t> Silences::missing_since(double then) const {
  std::vector<std::size_t> missing;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (watched(rank) && !ranks_[rank].is_ending && !heard_since(rank, then)) {
      missing.push_back(rank);
    }
  }
  return missing;
}

}  // namespace plumb::comm
