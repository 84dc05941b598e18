#include "cli/shared_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>

#include "core/error.hpp"

namespace plumb::cli {

CLI::Validator at_least(std::int64_t low) {
  return {[low](const std::string& text) -> std::string {
            std::int64_t value = 0;
            const char* const end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc{} && rest == end && value >= low) return {};
            return fmt::format("'{}'; allowed: an integer >= {}", text, low);
          },
          fmt::format("INT>={}", low)};
}

std::filesystem::path data_folder(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("PLUMBLINE_DATA_DIR");
  return variable != nullptr && *variable != '\0' ? variable : "data";
}

std::optional<std::size_t> requested_threads(std::optional<std::size_t> option) {
  if (option) {
    if (*option >= 1 && *option <= kMostThreads) return option;
    throw core::UsageError(
        fmt::format("--threads {}: too many; allowed: 1 to {}", *option, kMostThreads));
  }
  const char* variable = std::getenv("OMP_NUM_THREADS");
  if (variable == nullptr || *variable == '\0') return std::nullopt;
  // OpenMP allows a list by nesting level, "4,2"; only the first level is used here.
  const std::string text(variable);
  const std::string first = text.substr(0, text.find(','));
  std::size_t threads = 0;
  const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), threads);
  if (error != std::errc{} || end != first.data() + first.size() || threads == 0 ||
      threads > kMostThreads) {
    throw core::UsageError(fmt::format(
        "OMP_NUM_THREADS={}: not a number of threads; allowed: 1 to {}", text, kMostThreads));
  }
  return threads;
}

}  // namespace plumb::cli
