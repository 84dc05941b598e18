// What is misconfigured about a job, said once before the first step, and what must be equal on all
// ranks before they work together: program, command line, data. mpirun's MPMD syntax, mixed
// installations and node-local copies of data can make them differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/processors.hpp"
#include "cli/run_plan.hpp"
#include "comm/communicator.hpp"

namespace plumb::cli {

/// Collective; rank 0 prints, also what only other ranks can see (named).
void warn_about_setup(const comm::Communicator& world, const RunPlan& plan);

/// What is misconfigured about this job, alike for `run` and `doctor`, on rank 0; empty elsewhere.
/// Each different text once, with the first rank that has it where that is not rank 0. Collective.
/// threads: of this rank.
std::vector<std::string> setup_advice(const comm::Communicator& world, const Processors& mine,
                                      std::size_t threads);

/// Advice about this rank's processors and threads; empty when all is well.
std::string binding_warning(const Processors& mine, std::size_t threads, std::size_t ranks_on_node);

/// Advice where /dev/shm holds fewer bytes than messages between so many ranks of a node need;
/// empty when all is well.
std::string shared_memory_warning(std::optional<std::uint64_t> bytes, std::size_t ranks_on_node);

/// Collective, and the first thing that a command with MPI does: the same build of the program and
/// the same command on every rank. command: what of the command line must be equal. Throws
/// core::AgreedError (exit code 1) that names the lowest rank that differs and both values.
void require_same_command(const comm::Communicator& world, const std::string& command);

/// Collective. On rank 0 one line when some rank computes with another BLAS library, kernel set or
/// vector instruction set: allowed, but bits then depend on who computes what. Empty elsewhere.
std::string mixed_arithmetic_warning(const comm::Communicator& world);

}  // namespace plumb::cli
