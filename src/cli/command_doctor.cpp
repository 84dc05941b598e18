// plumbline doctor: what this machine offers, and what is misconfigured.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine.hpp"
#include "cli/warnings.hpp"
#include "comm/agreement.hpp"
#include "comm/communicator.hpp"
#include "comm/placement/node_order.hpp"
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

void print_threads() {
  const Processors mine = processors();
  const std::string set = variable("OMP_NUM_THREADS") + variable("OMP_PROC_BIND") +
                          variable("OMP_PLACES") + variable("OMP_WAIT_POLICY");
  line("CPU", cpu_model());
  line("processors online", std::to_string(mine.online));
  line("OpenMP environment", set.empty() ? "nothing set" : set);
}

void print_slurm() {
  const std::string set = variable("SLURM_JOB_ID") + variable("SLURM_NTASKS") +
                          variable("SLURM_CPUS_PER_TASK") + variable("SRUN_CPUS_PER_TASK");
  line("Slurm", set.empty() ? "not inside a job" : set);
}

// What each rank's threads may run on, and its advice. Both are known only there.
void print_ranks(const comm::Communicator& world, std::size_t threads) {
  const auto places = world.gather(fmt::format("{} on node {}: {} thread(s) on processors {}",
                                               world.name_of(world.rank()), world.node(), threads,
                                               to_text(processors().allowed)));
  for (const std::string& place : places) line("ranks", place);
}

// Each different piece of advice once. Returns how many, on rank 0.
std::size_t print_advice(const comm::Communicator& world, std::size_t threads) {
  std::vector<std::string> said;
  const auto say = [&](const std::string& mine) {
    for (const std::string& text : world.gather(mine)) {
      if (text.empty() || std::find(said.begin(), said.end(), text) != said.end()) continue;
      said.push_back(text);
      fmt::print("advice: {}\n", text);
    }
  };
  say(math::blas_warning(math::blas_info()));
  say(mixed_arithmetic_warning(world));
  say(comm::launcher_warning(world.size()));
  say(comm::placement_warning(world.ranks_of_nodes()));
  say(comm::rank_count_warning(world.size()));
  say(mpirun_warning(world.nodes()));
  say(binding_warning(threads, static_cast<std::size_t>(world.ranks_on_node())));
  return said.size();
}

int run_doctor(const comm::Communicator& world, std::optional<std::size_t> option) {
  constexpr std::size_t kAnyNumberOfSlices = 1U << 20U;
  require_same_command(world, "doctor");
  std::size_t threads = 1;
  comm::agree_on_failure(world, [&] {
    threads = requested_threads(option).value_or(default_threads(
        processors(), static_cast<std::size_t>(world.ranks_on_node()), kAnyNumberOfSlices));
  });
  if (world.rank() == 0) {
    print_blas();
    print_threads();
    line("MPI", comm::mpi_library_version());
    line("HDF5", h5::library_version());
    print_slurm();
  }
  print_ranks(world, threads);
  const std::size_t advice = print_advice(world, threads);
  if (world.rank() == 0 && advice == 0) fmt::print("no problems found\n");
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
