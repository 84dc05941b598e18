// data.samples, applied to what a file holds.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>

#include "core/error.hpp"

namespace plumb::data {

/// How many samples to use: all for wanted = 0. Throws core::UsageError when there are fewer.
inline std::uint64_t limited_samples(std::uint64_t wanted, std::uint64_t available,
                                     const std::string& file) {
  if (wanted > available) {
    throw core::UsageError(fmt::format(
        "data.samples = {}, but {} holds {} training samples; 0 (all) to {} are allowed", wanted,
        file, available, available));
  }
  return wanted == 0 ? available : wanted;
}

}  // namespace plumb::data
