#include "comm/launcher.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <sstream>

namespace plumb::comm {
namespace {

// Set by Slurm, by launchers that speak PMI (MPICH's, Intel's), and by Open MPI's mpirun.
constexpr std::array kRankCountVariables = {"SLURM_NTASKS", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE"};

long promised_ranks(const char* variable) noexcept {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody writes it
  return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

}  // namespace

std::string launcher_warning(int world_size) {
  if (world_size != 1) return {};
  for (const char* variable : kRankCountVariables) {
    const long promised = promised_ranks(variable);
    if (promised > 1) {
      return std::string("launcher does not match the MPI library: ") + variable + "=" +
             std::to_string(promised) +
             ", but this process is alone in its world; start it with mpirun, or with srun "
             "--mpi=pmix";
    }
  }
  return {};
}

std::string keepalive_warning(int nodes, const char* (*variable)(const char* name)) {
  const bool by_mpirun = variable("OMPI_COMM_WORLD_SIZE") != nullptr;
  const bool in_slurm = variable("SLURM_JOB_ID") != nullptr;
  const bool is_set = variable("OMPI_MCA_oob_tcp_keepalive_time") != nullptr;
  if (nodes < 2 || !by_mpirun || in_slurm || is_set) return {};
  return fmt::format(
      "mpirun would not notice for many minutes that one of the {} nodes is cut off, though the "
      "ranks end; start it with --mca oob_tcp_keepalive_time 1 --mca oob_tcp_keepalive_intvl 1 "
      "--mca oob_tcp_keepalive_probes 6 (docs/faults.md)",
      nodes);
}

bool is_first_of_its_program(long rank, std::string_view ranks_of_programs) {
  std::istringstream counts{std::string(ranks_of_programs)};
  long first = 0;
  for (long count = 0; first < rank && counts >> count;) first += count;
  return first == rank;
}

}  // namespace plumb::comm
