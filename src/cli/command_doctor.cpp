// plumbline doctor: what this machine offers, and what is misconfigured.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine.hpp"
#include "cli/processors.hpp"
#include "cli/warnings.hpp"
#include "comm/agreement.hpp"
#include "comm/communicator.hpp"
#include "comm/session.hpp"
#include "h5/file.hpp"
#include "math/gemm/blas_info.hpp"

namespace plumb::cli {
namespace {

void line(const char* what, const std::string& value) { fmt::print("{:<22}{}\n", what, value); }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : fmt::format("{}={} ", name, value);
}

void print_blas() {
  const math::BlasInfo blas = math::blas_info();
  line("BLAS", blas.version);
  line("  library", blas.library);
  line("  threading backend", blas.flavour);
  line("  kernel set",
       fmt::format("{} (this CPU offers {})", blas.kernel_set, blas.cpu_kernel_set));
  line("  environment", blas.environment.empty() ? "nothing set" : blas.environment);
  line("vector instructions", math::vector_instruction_set());
}

std::string load_text(const Processors& mine) {
  const std::optional<double> minute = load({});
  if (!minute) return "unknown";
  const bool full = *minute >= static_cast<double>(mine.online);
  return fmt::format("{:.2f} of {} processors in the last minute{}", *minute, mine.online,
                     full ? "; none is free, and speeds measured now are too low" : "");
}

void print_threads(const Processors& mine) {
  const std::string set = variable("OMP_NUM_THREADS") + variable("OMP_PROC_BIND") +
                          variable("OMP_PLACES") + variable("OMP_WAIT_POLICY") +
                          variable("GOMP_SPINCOUNT");
  line("CPU", cpu_model());
  line("processors online", std::to_string(mine.online));
  line("  allowed", fmt::format("{} ({})", mine.allowed.size(), to_text(mine.allowed)));
  line("  physical cores", mine.cores > 0 ? std::to_string(mine.cores) : "unknown");
  line("  CPU quota", mine.quota ? fmt::format("{:.3g} processor(s)", *mine.quota) : "none");
  line("  load", load_text(mine));
  const auto bytes = shared_memory({});
  line("/dev/shm",
       bytes ? fmt::format("{:.3g} MB", 1e-6 * static_cast<double>(*bytes)) : "missing");
  line("OpenMP environment", set.empty() ? "nothing set" : set);
}

void print_slurm() {
  const std::string set = variable("SLURM_JOB_ID") + variable("SLURM_NTASKS") +
                          variable("SLURM_CPUS_PER_TASK") + variable("SRUN_CPUS_PER_TASK");
  line("Slurm", set.empty() ? "not inside a job" : set);
}

// What each rank's threads may run on, and its advice. Both are known only there.
void print_ranks(const comm::Communicator& world, const Processors& mine, std::size_t threads) {
  const auto places = world.gather(fmt::format("{} on node {}: {} thread(s) on processors {}",
                                               world.name_of(world.rank()), world.node(), threads,
                                               to_text(mine.allowed)));
  for (const std::string& place : places) line("ranks", place);
}

// As `run` warns, and of what would go wrong with a second rank.
std::vector<std::string> advice_for(const comm::Communicator& world, const Processors& mine,
                                    std::size_t threads) {
  std::vector<std::string> advice = setup_advice(world, mine, threads);
  if (world.size() == 1) {
    const std::string text = shared_memory_warning(shared_memory({}), 2);
    if (!text.empty()) advice.push_back(text);
  }
  return advice;
}

int run_doctor(const comm::Communicator& world, std::optional<std::size_t> option) {
  constexpr std::size_t kAnyNumberOfSlices = 1U << 20U;
  require_same_command(world, "doctor");
  const Processors mine = processors(world);
  std::size_t threads = 1;
  comm::agree_on_failure(world, [&] {
    threads = requested_threads(option).value_or(
        default_threads(mine, static_cast<std::size_t>(world.ranks_on_node()), kAnyNumberOfSlices));
  });
  if (world.rank() == 0) {
    print_blas();
    print_threads(mine);
    line("MPI", comm::mpi_library_version());
    line("HDF5", h5::library_version());
    print_slurm();
  }
  print_ranks(world, mine, threads);
  const std::vector<std::string> advice = advice_for(world, mine, threads);
  for (const std::string& text : advice) fmt::print("advice: {}\n", text);
  if (world.rank() == 0 && advice.empty()) fmt::print("no problems found\n");
  std::fflush(stdout);
  return 0;
}

Action add_options(CLI::App& app, const std::vector<std::string>& /*command_line*/) {
  auto threads = std::make_shared<std::optional<std::size_t>>();
  app.add_option("--threads", *threads, "threads per rank, as for run")->check(at_least(1));
  return [threads] {
    return run_on_all_ranks(
        [&](auto& /*session*/, const auto& world) { return run_doctor(world, *threads); });
  };
}

}  // namespace

extern const Command kDoctor = {"doctor", "Say what this machine offers and what is misconfigured",
                                add_options};

}  // namespace plumb::cli
