// Who started this process? What the environment says before MPI is asked, and what is set for MPI
// before it starts.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace plumb::comm {

/// A program that starts ranks, by the variables that it gives each of them.
struct Launcher {
  const char* name;
  const char* rank;    // variable that numbers the processes from 0
  const char* size;    // variable that counts them; nullptr: there is none
  const char* remedy;  // how it starts ranks that find each other
};

/// A launcher inside another one's job, as mpirun in a Slurm job, comes before it.
std::span<const Launcher> launchers();

/// std::getenv, or what a test takes for it.
using GetVariable = const char* (*)(const char* name);
const char* environment_variable(const char* name);

/// What the innermost launcher calls this process; nothing when none is known.
std::optional<long> launcher_rank(GetVariable variable = environment_variable);

/// One line when the environment promises several ranks but the world has one, which happens when
/// the launcher speaks another process-management interface than the MPI library: every process
/// then trains alone. Empty when all is well. world_size: Communicator::size().
std::string launcher_warning(int world_size, GetVariable variable = environment_variable);

/// Sets what suits this program better than Open MPI's defaults, where the user has set nothing:
/// waiting ranks yield their core, and a process without a launcher starts without a daemon, which
/// would need a network interface. Before MPI starts; other libraries take no notice.
void prepare_environment();

}  // namespace plumb::comm
