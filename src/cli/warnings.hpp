// What is misconfigured about a job, said once before the first step.
#pragma once

#include "cli/run_plan.hpp"
#include "comm/communicator.hpp"

namespace plumb::cli {

/// Collective; rank 0 prints, also what only other ranks can see (named).
void warn_about_setup(const comm::Communicator& world, const RunPlan& plan);

/// Advice about mpirun where it started ranks on several nodes; empty when all is well.
std::string mpirun_warning(int nodes);

/// Advice about this rank's processors and threads; empty when all is well.
std::string binding_warning(std::size_t threads, std::size_t ranks_on_node);

}  // namespace plumb::cli
