#include "cli/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cli/exit_code.hpp"
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

// A launcher bound this rank, so the launcher's options can unbind it. A container's or a batch
// system's share of a node is not ours to judge.
bool bound_by_mpirun() {
  return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr && std::getenv("SLURM_JOB_ID") == nullptr;
}

// Each different text once, with the first rank that has it.
void add_distinct(const comm::Communicator& world, const std::string& mine,
                  std::vector<std::string>& advice) {
  const std::vector<std::string> all = world.gather(mine);
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    const auto here = all.begin() + static_cast<std::ptrdiff_t>(rank);
    if (all[rank].empty() || std::find(all.begin(), here, all[rank]) != here) continue;
    advice.push_back(rank == 0
                         ? all[rank]
                         : fmt::format("{}: {}", world.name_of(static_cast<int>(rank)), all[rank]));
  }
}

/// More workers than processors; empty when each has its own.
std::string crowding_warning(const Processors& mine, std::size_t threads) {
  const std::size_t workers = threads * mine.sharers;
  if (workers <= mine.allowed.size()) return {};
  if (!mine.bound() && threads <= mine.allowed.size()) {
    return fmt::format("{} ranks x {} threads share the {} processors of this node", mine.sharers,
                       threads, mine.online);
  }
  const std::string ranks = mine.sharers > 1 ? fmt::format("{} ranks x ", mine.sharers) : "";
  return fmt::format(
      "{}{} threads share {} processor(s) ({}); start fewer threads, or give the rank more "
      "processors (mpirun --bind-to none, or --map-by slot:PE={}; srun --cpus-per-task={})",
      ranks, threads, mine.allowed.size(), to_text(mine.allowed), threads, threads);
}

/// Less processor time than the workers of this node can use.
std::string quota_warning(const Processors& mine, std::size_t threads, std::size_t ranks_on_node) {
  const std::size_t workers = threads * ranks_on_node;
  if (!mine.quota || (*mine.quota >= 1 && static_cast<double>(workers) <= std::ceil(*mine.quota))) {
    return {};
  }
  return fmt::format(
      "{} rank(s) x {} thread(s) share the time of {:.3g} processor(s), the CPU quota of this "
      "container: they stand still for the rest of it; start {}raise the quota "
      "(docker run --cpus=N)",
      ranks_on_node, threads, *mine.quota,
      workers > 1 ? "fewer threads (--threads) or ranks, or " : "elsewhere, or ");
}

/// Workers that fill what they are bound to, and leave the rest of the node idle.
std::string idle_warning(const Processors& mine, std::size_t threads, std::size_t ranks_on_node) {
  const std::size_t used = threads * ranks_on_node;
  const bool all_cores = mine.cores > 0 && used * mine.allowed.size() >= mine.online * mine.cores;
  if (!mine.bound() || !bound_by_mpirun() || threads < mine.usable() || used >= mine.online ||
      all_cores) {
    return {};
  }
  if (ranks_on_node == 1) {
    return fmt::format(
        "this rank, the only one of its node, uses {} of {} processors (bound to {}); start more "
        "ranks, or unbind it (mpirun --bind-to none)",
        threads, mine.online, to_text(mine.allowed));
  }
  return fmt::format(
      "{} ranks x {} thread(s) use {} of the {} processors of this node, as mpirun bound them; "
      "start more ranks, or unbind them (mpirun --bind-to none)",
      ranks_on_node, threads, used, mine.online);
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

std::string binding_warning(const Processors& mine, std::size_t threads,
                            std::size_t ranks_on_node) {
  std::string warning = crowding_warning(mine, threads);
  if (warning.empty()) warning = quota_warning(mine, threads, ranks_on_node);
  if (warning.empty()) warning = idle_warning(mine, threads, ranks_on_node);
  return warning;
}

std::string shared_memory_warning(std::optional<std::uint64_t> bytes, std::size_t ranks_on_node) {
  constexpr std::uint64_t kBytesOfRank = 1U << 22U;  // Open MPI's btl_vader_segment_size
  if (!bytes || ranks_on_node < 2 || *bytes >= ranks_on_node * kBytesOfRank) return {};
  return fmt::format(
      "/dev/shm holds {:.3g} MB, and {} ranks of a node need {:.3g} MB there; enlarge it (docker "
      "run --shm-size=1g), or use another folder (mpirun --mca btl_vader_backing_directory /tmp)",
      1e-6 * static_cast<double>(*bytes), ranks_on_node,
      1e-6 * static_cast<double>(ranks_on_node * kBytesOfRank));
}

std::vector<std::string> setup_advice(const comm::Communicator& world, const Processors& mine,
                                      std::size_t threads) {
  const auto ranks_on_node = static_cast<std::size_t>(world.ranks_on_node());
  std::vector<std::string> advice;
  const auto add = [&](const std::string& text) { add_distinct(world, text, advice); };
  add(math::blas_warning(math::blas_info()));
  add(comm::launcher_warning(world.size()));
  add(mixed_arithmetic_warning(world));
  add(comm::placement_warning(world.ranks_of_nodes()));
  add(comm::rank_count_warning(world.size()));
  add(comm::keepalive_warning(world.nodes()));
  add(binding_warning(mine, threads, ranks_on_node));
  add(shared_memory_warning(shared_memory({}), ranks_on_node));
  return advice;
}

void warn_about_setup(const comm::Communicator& world, const RunPlan& plan) {
  const std::size_t threads = *std::max_element(plan.threads.begin(), plan.threads.end());
  for (const std::string& advice : setup_advice(world, processors(world), threads)) {
    print_warning(advice);
  }
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
