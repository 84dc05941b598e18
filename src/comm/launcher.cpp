#include "comm/launcher.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cstdlib>

namespace plumb::comm {
namespace {

constexpr const char* kMpirun = "start it with the mpirun of this MPI library";

constexpr Launcher kLaunchers[] = {
    {"Open MPI's mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", kMpirun},
    {"MVAPICH's mpirun", "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", kMpirun},
    {"PMIx", "PMIX_RANK", nullptr, kMpirun},
    {"PMI", "PMI_RANK", "PMI_SIZE", kMpirun},  // MPICH's and Intel's mpirun
    {"PALS", "PALS_RANKID", "PALS_SIZE", "start it with mpiexec --pmi=pmix"},
    {"Flux", "FLUX_TASK_RANK", "FLUX_JOB_SIZE", "start it with flux run -o pmi=pmix"},
    {"Slurm", "SLURM_PROCID", "SLURM_NTASKS", "start it with mpirun, or with srun --mpi=pmix"},
};

std::optional<long> number(GetVariable variable, const char* name) {
  const char* text = name == nullptr ? nullptr : variable(name);
  if (text == nullptr) return std::nullopt;
  return std::strtol(text, nullptr, 10);
}

/// "SLURM_NTASKS=4"; a rank other than 0 is a promise, too. Empty when there is none.
std::string promise_of_several(const Launcher& launcher, GetVariable variable) {
  const long size = number(variable, launcher.size).value_or(0);
  if (size > 1) return fmt::format("{}={}", launcher.size, size);
  const long rank = number(variable, launcher.rank).value_or(0);
  if (size == 0 && rank > 0) return fmt::format("{}={}", launcher.rank, rank);
  return {};
}

constexpr int kKeep = 0;  // what is set already
void set_default(const char* name, const char* value) { ::setenv(name, value, kKeep); }

}  // namespace

std::span<const Launcher> launchers() { return kLaunchers; }

// NOLINTNEXTLINE(concurrency-mt-unsafe): only prepare_environment() writes, before there are
// threads
const char* environment_variable(const char* name) { return std::getenv(name); }

std::optional<long> launcher_rank(GetVariable variable) {
  for (const Launcher& launcher : kLaunchers) {
    if (const auto rank = number(variable, launcher.rank)) return rank;
  }
  return std::nullopt;
}

std::string launcher_warning(int world_size, GetVariable variable) {
  if (world_size != 1) return {};
  for (const Launcher& launcher : kLaunchers) {
    if (number(variable, launcher.size) == 1) return {};  // as with mpirun -n 1 in a larger job
    const std::string promise = promise_of_several(launcher, variable);
    if (promise.empty()) continue;
    return fmt::format(
        "launcher does not match the MPI library: {}, but this process is alone in its world; {}",
        promise, launcher.remedy);
  }
  return {};
}

void prepare_environment() {
  // Between two programs that poll on one core, each poller uses up its time slice. A yield on a
  // core that is free costs less than a microsecond.
  set_default("OMPI_MCA_mpi_yield_when_idle", "1");
  const bool launched = environment_variable("OMPI_COMM_WORLD_SIZE") != nullptr ||
                        environment_variable("PMIX_RANK") != nullptr;
  if (!launched) set_default("OMPI_MCA_ess_singleton_isolated", "1");
}

}  // namespace plumb::comm
