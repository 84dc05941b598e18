#include "cli/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/failure.hpp"
#include "cli/machine.hpp"
#include "comm/launcher.hpp"
#include "math/blas_info.hpp"
#include "train/work_plan.hpp"

namespace plumb::cli {
namespace {

std::string idle_warning(const comm::Communicator& world, const RunPlan& plan) {
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const train::TrainSettings& settings = plan.runs[i].train;
    const auto ranks = static_cast<std::size_t>(world.size());
    const train::WorkPlan work(settings.batch / settings.slice, ranks, plan.threads[i]);
    if (work.idle_workers() == 0) continue;
    return fmt::format(
        "{}: {} of {} workers (ranks x threads) have no slice: each takes a power of two of the {} "
        "slices; use a number of workers that divides them",
        plan.runs[i].label, work.idle_workers(), ranks * plan.threads[i],
        settings.batch / settings.slice);
  }
  return {};
}

// Rank 0 prints each different text once, with the first rank that has it.
void print_once(const comm::Communicator& world, const std::string& mine) {
  const std::vector<std::string> all = world.gather(mine);
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    const bool seen = std::find(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(rank),
                                all[rank]) != all.begin() + static_cast<std::ptrdiff_t>(rank);
    if (all[rank].empty() || seen) continue;
    print_warning(rank == 0 ? all[rank] : fmt::format("rank {}: {}", rank, all[rank]));
  }
}

}  // namespace

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
  if (mine.bound() && ranks_on_node == 1 && threads < mine.online) {
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
  const std::size_t threads = *std::max_element(plan.threads.begin(), plan.threads.end());
  print_once(world, binding_warning(threads, static_cast<std::size_t>(world.ranks_on_node())));
  if (world.rank() == 0) {
    const std::string idle = idle_warning(world, plan);
    if (!idle.empty()) print_warning(idle);
  }
}

}  // namespace plumb::cli
