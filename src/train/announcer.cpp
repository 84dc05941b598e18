#include "train/announcer.hpp"

#include <exception>

namespace plumb::train {

void Announcer::notify(const std::function<void(Observer&)>& announce) {
  if (communicator_.rank() != 0 || failure_) return;
  try {
    for (Observer* observer : observers_) announce(*observer);
  } catch (const core::Error& error) {
    failure_ = error;
  } catch (const std::exception& error) {
    failure_ = core::Error(core::ExitCode::InputOutput, error.what());
  }
}

int Announcer::exit_code() const { return failure_ ? static_cast<int>(failure_->code()) : 0; }

void Announcer::throw_on_all_ranks_if_failed() const {
  std::int64_t code = exit_code();
  communicator_.max(std::span<std::int64_t>(&code, 1));
  if (code == 0) return;
  throw core::AgreedError(static_cast<core::ExitCode>(code), failure_ ? failure_->what() : "",
                          failure_.has_value());
}

}  // namespace plumb::train
