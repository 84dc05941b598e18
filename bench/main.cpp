// plumbline_bench: kernels, allreduce and the training step, verified, then timed on all ranks.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "bench/command_line.hpp"
#include "bench/suite.hpp"
#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "core/error.hpp"
#include "math/gemm/blas_info.hpp"
#include "plumb_version.hpp"

namespace plumb::bench {
namespace {

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

std::size_t default_threads(const comm::Communicator& world) {
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  return std::max<std::size_t>(1, processors / static_cast<unsigned>(world.ranks_on_node()));
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

void run(const comm::Communicator& world, CommandLine line) {
  math::use_single_threaded_blas();
  if (!line.error.empty()) throw core::UsageError(line.error);
  const Options options{line.iterations, line.threads.value_or(default_threads(world))};
  add_fixed_options(line.for_google_benchmark, world.rank());
  initialize_google_benchmark(line.for_google_benchmark);
  add_context(world, options);
  Suite suite(world, options);
  for (const auto add_benchmarks : kBenchmarks) add_benchmarks(suite);
  if (world.rank() == 0) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    NullReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  benchmark::Shutdown();
}

int run_and_report(const comm::Communicator& world, const CommandLine& line) {
  const auto print = [](const std::exception& error) {
    std::cerr << "plumbline_bench: error: " << error.what() << std::endl;
  };
  try {
    run(world, line);
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
  const plumb::bench::CommandLine line = plumb::bench::parse(argc, argv);
  if (line.exit_code) return *line.exit_code;  // --help, --version
  const plumb::comm::Session session;
  const auto world = plumb::comm::Communicator::world();
  return plumb::bench::run_and_report(world, line);
}
