// plumbline_bench: kernels, allreduce and the training step, verified, then timed on all ranks.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/kernel_benchmarks.hpp"
#include "bench/suite.hpp"
#include "comm/abort.hpp"
#include "comm/communicator.hpp"
#include "comm/launcher.hpp"
#include "core/error.hpp"
#include "math/gemm/blas_info.hpp"
#include "plumb_version.hpp"

namespace plumb::bench {
namespace {

constexpr std::string_view kHelp =
    "plumbline_bench [--iterations=N] [--threads=N] [Google Benchmark's options]\n"
    "  --iterations=N  timed calls of every benchmark (default: about 0.3 s worth)\n"
    "  --threads=N     threads per rank in the training step (default: this rank's share of the\n"
    "                  machine)\n"
    "Runs under mpirun too; rank 0 reports. Useful among Google Benchmark's options:\n"
    "  --benchmark_filter=REGEX --benchmark_list_tests --benchmark_repetitions=N\n"
    "  --benchmark_out=FILE --benchmark_format=json\n";

/// For ranks other than 0: they run all benchmarks and say nothing.
class NullReporter final : public benchmark::BenchmarkReporter {
 public:
  NullReporter() : nowhere_(nullptr) {
    SetOutputStream(&nowhere_);
    SetErrorStream(&nowhere_);
  }
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*runs*/) override {}

 private:
  std::ostream nowhere_;
};

std::int64_t positive_number(std::string_view option, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
    throw core::UsageError(fmt::format("{}{}: not a count; allowed: 1 or more", option, text));
  }
  return value;
}

std::size_t default_threads(const comm::Communicator& world) {
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  return std::max<std::size_t>(1, processors / static_cast<unsigned>(world.ranks_on_node()));
}

bool refused(std::string_view argument) {
  constexpr std::string_view kOption = "--benchmark_enable_random_interleaving";
  return argument.starts_with(kOption) && !argument.ends_with("=false");
}

/// Takes this program's own options and leaves Google Benchmark's.
Options take_options(std::vector<std::string>& arguments, const comm::Communicator& world) {
  Options options;
  options.threads = default_threads(world);
  std::erase_if(arguments, [&](std::string_view argument) {
    constexpr std::string_view kIterations = "--iterations=";
    constexpr std::string_view kThreads = "--threads=";
    if (argument.starts_with(kIterations)) {
      options.iterations = positive_number(kIterations, argument.substr(kIterations.size()));
    } else if (argument.starts_with(kThreads)) {
      options.threads =
          static_cast<std::size_t>(positive_number(kThreads, argument.substr(kThreads.size())));
    } else if (refused(argument)) {
      throw core::UsageError(std::string(argument) +
                             ": each rank would choose its own order; allowed: false");
    } else {
      return false;
    }
    return true;
  });
  return options;
}

/// Files are written by rank 0. Variables such as BENCHMARK_OUT set flags too, so say it aloud.
void add_fixed_options(std::vector<std::string>& arguments, int rank) {
  arguments.emplace_back("--benchmark_enable_random_interleaving=false");
  if (rank != 0) arguments.emplace_back("--benchmark_out=");
}

void initialize_google_benchmark(std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, pointers.data());
  if (count > 1) {
    throw core::UsageError(fmt::format("{}: unknown option; see --help", pointers[1]));
  }
}

void add_context(const comm::Communicator& world, const Options& options) {
  const math::BlasInfo blas = math::blas_info();
  benchmark::AddCustomContext(
      "plumbline", fmt::format("{} ({}, {}, {})", PLUMB_VERSION, PLUMB_COMMIT, PLUMB_BUILD_TYPE,
                               PLUMB_COMPILER));
  benchmark::AddCustomContext("ranks", std::to_string(world.size()));
  benchmark::AddCustomContext("ranks_on_node", std::to_string(world.ranks_on_node()));
  benchmark::AddCustomContext("threads_per_rank", std::to_string(options.threads));
  benchmark::AddCustomContext("mpi", comm::mpi_library_version());
  benchmark::AddCustomContext("blas", blas.version + ", " + blas.flavour);
  benchmark::AddCustomContext("blas_kernel_set", blas.kernel_set);
  benchmark::AddCustomContext("vector_instructions", math::vector_instruction_set());
  for (const std::string& warning :
       {math::blas_warning(blas), comm::launcher_warning(world.size())}) {
    if (!warning.empty() && world.rank() == 0) {
      std::cerr << "plumbline_bench: warning: " << warning << '\n';
    }
  }
}

void run(const comm::Communicator& world, std::vector<std::string> arguments) {
  math::use_single_threaded_blas();
  const Options options = take_options(arguments, world);
  add_fixed_options(arguments, world.rank());
  initialize_google_benchmark(arguments);
  add_context(world, options);
  Suite suite(world, options);
  add_gemm(suite);
  add_activations(suite);
  add_updates(suite);
  add_kernels(suite);
  add_allreduce(suite);
  add_allreduce_contests(suite);
  add_allreduce_overlap(suite);
  add_training_step(suite);
  if (world.rank() == 0) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    NullReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  benchmark::Shutdown();
}

int run_and_report(const comm::Communicator& world, const std::vector<std::string>& arguments) {
  const auto print = [](const std::exception& error) {
    std::cerr << "plumbline_bench: error: " << error.what() << std::endl;
  };
  try {
    run(world, arguments);
    return 0;
  } catch (const core::AgreedError& error) {  // all ranks are here
    if (error.reports()) print(error);
    return static_cast<int>(error.code());
  } catch (const core::UsageError& error) {  // all ranks have the same command line
    if (world.rank() == 0) print(error);
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    print(error);
    if (world.size() > 1) comm::abort_job(static_cast<int>(core::ExitCode::InputOutput));
    return static_cast<int>(core::ExitCode::InputOutput);
  }
}

}  // namespace
}  // namespace plumb::bench

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
    std::fwrite(plumb::bench::kHelp.data(), 1, plumb::bench::kHelp.size(), stdout);
    return 0;
  }
  if (std::find(arguments.begin(), arguments.end(), "--version") != arguments.end()) {
    std::puts("plumbline_bench " PLUMB_VERSION " (" PLUMB_COMMIT ")");
    return 0;
  }
  const plumb::comm::Session session;
  const auto world = plumb::comm::Communicator::world();
  return plumb::bench::run_and_report(world, arguments);
}
