// Checks of command-line values, with messages that say what is allowed.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace plumb::cli {

/// An integer of at least `low`.
inline CLI::Validator at_least(std::int64_t low) {
  return {[low](const std::string& text) -> std::string {
            std::int64_t value = 0;
            const char* const end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc{} && rest == end && value >= low) return {};
            return fmt::format("'{}'; allowed: an integer >= {}", text, low);
          },
          fmt::format("INT>={}", low)};
}

}  // namespace plumb::cli
