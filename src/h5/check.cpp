#include "h5/check.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace plumb::h5 {
namespace {

// HDF5's file drivers bury the system's words: "..., error message = 'No space left on device',
// ..."
std::string system_words(const std::string& description) {
  static const std::string kKey = "error message = '";
  const auto start = description.find(kKey);
  if (start == std::string::npos) return {};
  const auto from = start + kKey.size();
  return description.substr(from, description.find('\'', from) - from);
}

struct Reasons {
  std::string innermost;
  std::string system;
};

herr_t collect(unsigned depth, const H5E_error2_t* error, void* data) {
  auto& reasons = *static_cast<Reasons*>(data);
  const std::string description = error->desc == nullptr ? "" : error->desc;
  if (depth == 0) reasons.innermost = description;
  if (reasons.system.empty()) reasons.system = system_words(description);
  return 0;
}

std::string innermost_reason() {
  Reasons reasons;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &reasons);
  if (!reasons.system.empty()) return reasons.system;
  return reasons.innermost.empty() ? "no reason given by HDF5" : reasons.innermost;
}

}  // namespace

void prepare_library() {
  static const bool exit_left_alone = H5dont_atexit() >= 0;
  // Per thread, because a thread-safe build keeps one error stack per thread.
  thread_local const bool silenced = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  static_cast<void>(exit_left_alone);
  static_cast<void>(silenced);
}

void fail(const char* call, const Place& place) {
  const std::string reason = innermost_reason();
  if (place.object.empty()) {
    throw core::IoError(fmt::format("{}: {}: {}", place.file, call, reason));
  }
  throw core::IoError(fmt::format("{}: {} {}: {}", place.file, call, place.object, reason));
}

}  // namespace plumb::h5
