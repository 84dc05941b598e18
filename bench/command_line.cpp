#include "bench/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "plumb_version.hpp"

namespace plumb::bench {
namespace {

bool interleaves_at_random(std::string_view argument) {
  constexpr std::string_view kOption = "--benchmark_enable_random_interleaving";
  return argument.starts_with(kOption) && !argument.ends_with("=false");
}

const CLI::Validator kCount(
    [](const std::string& text) -> std::string {
      std::int64_t value = 0;
      const bool is_count = CLI::detail::lexical_cast(text, value) && value >= 1;
      return is_count ? "" : text + ": not a count; allowed: 1 or more";
    },
    "N");

/// Empty: nothing is wrong.
std::string fault_of(const std::vector<std::string>& arguments) {
  const auto wrong = std::find_if(arguments.begin(), arguments.end(), interleaves_at_random);
  if (wrong == arguments.end()) return {};
  return *wrong + ": each rank would choose its own order; allowed: false";
}

}  // namespace

CommandLine parse(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app("Kernels, allreduce and the training step: verified, then timed on all ranks",
               "plumbline_bench");
  app.footer(
      "Runs under mpirun too; rank 0 reports. Useful among Google Benchmark's options:\n"
      "  --benchmark_filter=REGEX --benchmark_list_tests --benchmark_repetitions=N\n"
      "  --benchmark_out=FILE --benchmark_format=json");
  app.set_version_flag("--version", "plumbline_bench " PLUMB_VERSION " (" PLUMB_COMMIT ")");
  app.add_option("--iterations", line.iterations,
                 "timed calls of every benchmark (default: about 0.3 s worth)")
      ->check(kCount);
  app.add_option("--threads", line.threads,
                 "threads per rank in the training step (default: this rank's share of the "
                 "machine)")
      ->check(kCount);
  app.allow_extras();
  try {
    app.parse(argc, argv);
    line.for_google_benchmark = app.remaining();
    line.error = fault_of(line.for_google_benchmark);
  } catch (const CLI::Success& request) {
    line.exit_code = app.exit(request);
  } catch (const CLI::ParseError& error) {
    line.error = error.what();
  }
  line.for_google_benchmark.insert(line.for_google_benchmark.begin(), "plumbline_bench");
  return line;
}

}  // namespace plumb::bench
