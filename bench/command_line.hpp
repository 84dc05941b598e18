// The options of plumbline_bench.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb::bench {

struct CommandLine {
  std::optional<std::int64_t> iterations;         // of every benchmark, in place of its own number
  std::optional<std::size_t> threads;             // per rank, for the training step
  std::vector<std::string> for_google_benchmark;  // the program's name, and its options
  std::optional<int> exit_code;  // set when --help or --version was asked for, and has been printed
  std::string error;             // what is wrong with the command line; empty: nothing
};

/// Takes this program's own options and leaves Google Benchmark's.
CommandLine parse(int argc, const char* const* argv);

}  // namespace plumb::bench
