// Calls the observers on rank 0 and keeps what they throw until all ranks can throw it together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
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
  template <class Announce>
  void notify(const Announce& announce) {
    if (communicator_.rank() != 0 || failure_) return;
    try {
      for (Observer* observer : observers_) announce(*observer);
    } catch (const core::Error& error) {
      failure_ = error;
    } catch (const std::exception& error) {
      failure_ = core::Error(core::ExitCode::InputOutput, error.what());
    }
  }

  /// 0, or the exit code of what an observer threw on this rank.
  [[nodiscard]] int exit_code() const { return failure_ ? static_cast<int>(failure_->code()) : 0; }
  /// Collective: throws core::AgreedError on every rank when an observer failed.
  void throw_on_all_ranks_if_failed() const {
    std::int64_t code = exit_code();
    communicator_.max(std::span<std::int64_t>(&code, 1));
    if (code == 0) return;
    throw core::AgreedError(static_cast<core::ExitCode>(code), failure_ ? failure_->what() : "",
                            failure_.has_value());
  }

 private:
  const comm::Communicator& communicator_;
  std::span<Observer* const> observers_;
  std::optional<core::Error> failure_;
};

}  // namespace plumb::train
