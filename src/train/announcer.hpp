// Calls the observers on rank 0 and keeps what they throw until all ranks can throw it together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "train/observer.hpp"

namespace plumb::train {

class Announcer {
 public:
  Announcer(const comm::Communicator& communicator, std::span<Observer* const> observers)
      : communicator_(communicator), observers_(observers) {}

  [[nodiscard]] bool measures(std::uint64_t step) const {
    return std::any_of(observers_.begin(), observers_.end(),
                       [&](const Observer* o) { return o->measures(step); });
  }
  [[nodiscard]] bool counts(std::uint64_t step) const {
    return std::any_of(observers_.begin(), observers_.end(),
                       [&](const Observer* o) { return o->counts(step); });
  }
  [[nodiscard]] bool snapshots(std::uint64_t step) const {
    return std::any_of(observers_.begin(), observers_.end(),
                       [&](const Observer* o) { return o->snapshots(step); });
  }
  /// announce(observer) for each observer; nothing on other ranks or after a failure.
  void notify(const std::function<void(Observer&)>& announce);

  /// 0, or the exit code of what an observer threw on this rank.
  [[nodiscard]] int exit_code() const;
  /// Collective: throws core::AgreedError on every rank when an observer failed.
  void throw_on_all_ranks_if_failed() const;

 private:
  const comm::Communicator& communicator_;
  std::span<Observer* const> observers_;
  std::optional<core::Error> failure_;
};

}  // namespace plumb::train
