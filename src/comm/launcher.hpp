// Does the program that started the ranks speak the MPI library's language?
#pragma once

#include <string>
#include <string_view>

namespace plumb::comm {

/// One line when the environment promises several ranks but the world has one, which happens when
/// the launcher speaks another process-management interface than the MPI library: every process
/// then trains alone. Empty when all is well. world_size: Communicator::size().
std::string launcher_warning(int world_size);

/// One line when mpirun started ranks on several nodes and was not told to look whether they are
/// still there: it stays for minutes when one is cut off. Empty when all is well, and under Slurm,
/// which looks after its nodes itself. variable: std::getenv, or what a test takes for it.
std::string keepalive_warning(int nodes, const char* (*variable)(const char* name));

/// Whether this rank of the launcher is the first of its program where `mpirun A : B` started
/// several. ranks_of_programs: "4 2", how many ranks each has, as Open MPI's environment says it;
/// empty: one program.
bool is_first_of_its_program(long rank, std::string_view ranks_of_programs);

}  // namespace plumb::comm
