#include "comm/watch_party.hpp"

#include <algorithm>

namespace plumb::comm {

Letter WatchParty::letter(const Address& to, Beat beat, std::uint8_t path) const {
  return {to, {beat, path, static_cast<std::uint32_t>(own_rank_), token_}};
}

bool WatchParty::is_of_this_job(const Heartbeat& heartbeat) const {
  return heartbeat.token == token_ && heartbeat.rank < silences_.size() &&
         heartbeat.rank != own_rank_;
}

std::vector<Letter> WatchParty::receive(const Address& from, const Heartbeat& heartbeat,
                                        double now) {
  if (!is_of_this_job(heartbeat)) return {};
  const std::size_t rank = heartbeat.rank;
  const bool ending = heartbeat.beat == Beat::Ending;
  if (ending) {
    note_end(now + kGraceSeconds);
    lowest_ending_ = std::min(lowest_ending_, rank);
  }
  if (!may_speak(rank)) return {};
  silences_.heard(rank, now);
  if (heartbeat.beat == Beat::Leaving) silences_.left(rank);
  if (ending || heartbeat.beat == Beat::Signalled) silences_.announced_end(rank);
  return answer(from, heartbeat, now);
}

std::vector<Letter> Hub::beat(double /*now*/) const { return {}; }

std::vector<Letter> Hub::answer(const Address& from, const Heartbeat& heartbeat, double /*now*/) {
  if (heartbeat.beat != Beat::Alive) return {};
  places_[heartbeat.rank] = from;
  return {letter(from, Beat::Answer, heartbeat.path)};
}

std::vector<Letter> Hub::to_all(Beat beat) const {
  std::vector<Letter> letters;
  for (const auto& place : places_) {
    if (place) letters.push_back(letter(*place, beat, 0));
  }
  return letters;
}

bool Hub::met_everybody() const {
  for (std::size_t rank = 1; rank < heard().size(); ++rank) {
    if (!heard().ever_heard(rank)) return false;
  }
  return true;
}

std::vector<Letter> Spoke::beat(double now) const {
  if (!heard().heard_since(0, now - patience_)) return to_all(Beat::Alive);
  return {letter(addresses_[path_], Beat::Alive, static_cast<std::uint8_t>(path_))};
}

std::vector<Letter> Spoke::to_all(Beat beat) const {
  std::vector<Letter> letters;
  for (std::size_t path = 0; path < addresses_.size(); ++path) {
    letters.push_back(letter(addresses_[path], beat, static_cast<std::uint8_t>(path)));
  }
  if (beat != Beat::Ending) return letters;
  for (const Address& peer : peers_) letters.push_back(letter(peer, beat, 0));
  return letters;
}

std::vector<Letter> Spoke::answer(const Address& from, const Heartbeat& heartbeat, double now) {
  switch (heartbeat.beat) {
    case Beat::Answer:
      if (heartbeat.path < addresses_.size()) path_ = heartbeat.path;
      return {};
    case Beat::Call:
      return {letter(from, Beat::Alive, static_cast<std::uint8_t>(path_))};
    case Beat::End:
      note_end(now);
      return {};
    default:
      return {};
  }
}

}  // namespace plumb::comm
