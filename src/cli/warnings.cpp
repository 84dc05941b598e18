#include "cli/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/exit_code.hpp"
#include "cli/machine.hpp"
#include "comm/agreement.hpp"
#include "comm/placement/node_order.hpp"
#include "comm/session.hpp"
#include "math/gemm/blas_info.hpp"
#include "plumb_version.hpp"
#include "train/work_plan.hpp"

namespace plumb::cli {
namespace {

std::string balance_warning(const comm::Communicator& world, const RunPlan& plan) {
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const train::TrainSettings& settings = plan.runs[i].train;
    const std::size_t slices = settings.batch / settings.slice;
    const std::size_t workers = static_cast<std::size_t>(world.size()) * plan.threads[i];
    const train::WorkPlan work(slices, static_cast<std::size_t>(world.size()), plan.threads[i]);
    if (work.slices_of_busiest() * workers == slices) continue;
    return fmt::format(
        "{}: {} slices do not spread evenly over {} workers (ranks x threads): each takes a power "
        "of two of them, the busiest {}, and {} have none",
        plan.runs[i].label, slices, workers, work.slices_of_busiest(), work.idle_workers());
  }
  return {};
}

const char* variable(const char* name) { return std::getenv(name); }

// A launcher bound this rank, so the launcher's options can unbind it. A container's or a batch
// system's share of a node is not ours to judge.
bool bound_by_mpirun() {
  return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr && std::getenv("SLURM_JOB_ID") == nullptr;
}

// Rank 0 prints each different text once, with the first rank that has it.
void print_once(const comm::Communicator& world, const std::string& mine) {
  const std::vector<std::string> all = world.gather(mine);
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    const bool seen = std::find(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(rank),
                                all[rank]) != all.begin() + static_cast<std::ptrdiff_t>(rank);
    if (all[rank].empty() || seen) continue;
    print_warning(rank == 0
                      ? all[rank]
                      : fmt::format("{}: {}", world.name_of(static_cast<int>(rank)), all[rank]));
  }
}

std::string program() {
  return fmt::format("{} ({}, {}, {}, messages {})", PLUMB_VERSION, PLUMB_COMMIT, PLUMB_BUILD_TYPE,
                     PLUMB_COMPILER, comm::kMessageVersion);
}

/// "OpenBLAS 0.3.21" of "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...".
std::string short_version(const std::string& version) {
  return version.substr(0, version.find(' ', version.find(' ') + 1));
}

std::string arithmetic() {
  const math::BlasInfo blas = math::blas_info();
  return fmt::format("{} with {} kernels and {} vector instructions", short_version(blas.version),
                     blas.kernel_set, math::vector_instruction_set());
}

}  // namespace

std::string mpirun_warning(int nodes) { return comm::keepalive_warning(nodes, variable); }

std::string binding_warning(std::size_t threads, std::size_t ranks_on_node) {
  const Processors mine = processors();
  if (threads > mine.allowed.size()) {
    return fmt::format(
        "{} threads share {} processor(s) ({}); start fewer threads, or give the rank more "
        "processors (mpirun --bind-to none, or --map-by slot:PE={}; srun --cpus-per-task={})",
        threads, mine.allowed.size(), to_text(mine.allowed), threads, threads);
  }
  if (!mine.bound() && threads * ranks_on_node > mine.online) {
    return fmt::format("{} ranks x {} threads share the {} processors of this node", ranks_on_node,
                       threads, mine.online);
  }
  if (mine.bound() && bound_by_mpirun() && ranks_on_node == 1 && threads < mine.online) {
    return fmt::format(
        "this rank, the only one of its node, uses {} of {} processors (bound to {}); start more "
        "ranks, or unbind it (mpirun --bind-to none)",
        threads, mine.online, to_text(mine.allowed));
  }
  return {};
}

void warn_about_setup(const comm::Communicator& world, const RunPlan& plan) {
  print_once(world, math::blas_warning(math::blas_info()));
  print_once(world, comm::launcher_warning(world.size()));
  print_once(world, mixed_arithmetic_warning(world));
  print_once(world, comm::placement_warning(world.ranks_of_nodes()));
  print_once(world, comm::rank_count_warning(world.size()));
  print_once(world, mpirun_warning(world.nodes()));
  const std::size_t threads = *std::max_element(plan.threads.begin(), plan.threads.end());
  print_once(world, binding_warning(threads, static_cast<std::size_t>(world.ranks_on_node())));
  if (world.rank() == 0) {
    const std::string uneven = balance_warning(world, plan);
    if (!uneven.empty()) print_warning(uneven);
  }
}

void require_same_command(const comm::Communicator& world, const std::string& command) {
  comm::require_equal(world, {"program", program(), "the same program on all ranks"});
  comm::require_equal(world,
                      {"command", fmt::format("'{}'", command),
                       "the same command, study and options on all ranks, but for --threads, "
                       "--data-dir and --quiet"});
}

std::string mixed_arithmetic_warning(const comm::Communicator& world) {
  const std::vector<std::string> all = world.gather(arithmetic());
  const auto other =
      std::find_if(all.begin(), all.end(), [&](const auto& text) { return text != all.front(); });
  if (other == all.end()) return {};
  return fmt::format(
      "{} computes with {}, rank 0 with {}: the bits of results then depend on the layout; start "
      "on equal nodes for bits that do not",
      world.name_of(static_cast<int>(other - all.begin())), *other, all.front());
}

}  // namespace plumb::cli
