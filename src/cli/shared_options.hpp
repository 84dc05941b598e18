// What several commands do with their options: checks, with messages that say what is allowed, and
// the environment variables that stand in for options not given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace CLI {
class Validator;
}

namespace plumb::cli {

/// An integer of at least `low`.
CLI::Validator at_least(std::int64_t low);

/// --data-dir, else PLUMBLINE_DATA_DIR, else ./data; an empty string counts as not given.
std::filesystem::path data_folder(const std::string& option);

/// More threads than any machine has processors; a request above it is a typing error.
inline constexpr std::size_t kMostThreads = 65536;

/// --threads, else OMP_NUM_THREADS. Throws core::UsageError when it is not a number from 1 to
/// kMostThreads.
std::optional<std::size_t> requested_threads(std::optional<std::size_t> option);

}  // namespace plumb::cli
